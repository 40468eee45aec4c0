import type { Look } from "@qistas/annotate-canvas";
import { inkOn, type Label, type LineStyle, type Localised, labelLooks } from "@qistas/annotate-core";

type Title = (text: Localised | null | undefined, otherwise: string) => string;

const dashes: Readonly<Record<LineStyle, readonly number[]>> = {
  solid: [],
  dashed: [8, 5],
  dotted: [2, 4],
  double: [12, 3, 2, 3],
  wavy: [16, 6],
};

/** How each label's shapes are drawn. */
export function shapeLooks(question: { labels: readonly Label[] }, title: Title): ReadonlyMap<string, Look> {
  const looks = labelLooks(question.labels);
  return new Map(
    question.labels.map((label) => {
      const look = looks.get(label.name);
      const name = title(label.title, label.name);
      const colour = look?.colour ?? "#595959";
      return [
        label.name,
        {
          name,
          colour,
          ink: inkOn(colour),
          dash: dashes[look?.line ?? "solid"],
          direction: directionOf(name),
        },
      ];
    }),
  );
}

export const unknownLook: Look = {
  name: "?",
  colour: "#595959",
  ink: "#FFFFFF",
  dash: [2, 4],
  direction: "ltr",
};

/** The direction of the first letter that has one. */
export function directionOf(text: string): "ltr" | "rtl" {
  const letter = /\p{L}/u.exec(text)?.[0] ?? "";
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/u.test(letter) ? "rtl" : "ltr";
}

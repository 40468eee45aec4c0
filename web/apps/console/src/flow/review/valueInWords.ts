import type { OntologyQuestion } from "@qistas/api";
import { inLanguage } from "../../parts/text";
import { briefly } from "../sources/briefly";

interface Region {
  label?: string;
  start?: number;
  end?: number;
}

/** The value of an answer in one line, with the labels' titles. */
export function valueInWords(
  value: unknown,
  question: OntologyQuestion | undefined,
  language: string,
  text?: string,
): string {
  if (value === null || value === undefined) return "–";
  if (typeof value !== "object") return String(value);
  const titleOf = (name: string) =>
    inLanguage(question?.labels?.find((label) => label.name === name)?.title, language, name);
  const held = value as Record<string, unknown>;
  if (Array.isArray(held.labels)) return held.labels.map((name) => titleOf(String(name))).join(" · ") || "–";
  if ("value" in held) return String(held.value);
  if (typeof held.text === "string") return briefly(held.text, 80);
  if (typeof held.choice === "string") {
    const strength =
      typeof held.strength === "number" && held.strength > 1 ? ` ${"+".repeat(held.strength - 1)}` : "";
    const side = held.choice === "left" ? question?.left : held.choice === "right" ? question?.right : "=";
    return `${side ?? held.choice}${strength}`;
  }
  if (Array.isArray(held.order))
    return (held.order as string[][]).map((group) => group.map(titleOf).join(" = ")).join(" > ");
  const points = text === undefined ? undefined : [...text];
  const regions = (held.spans ?? held.boxes ?? held.polygons) as Region[] | undefined;
  if (Array.isArray(regions)) {
    if (regions.length === 0) return "∅";
    return regions
      .map((region) => {
        const title = titleOf(region.label ?? "");
        const words =
          points && region.start !== undefined ? points.slice(region.start, region.end).join("") : undefined;
        return words ? `${title}: ${briefly(words, 24)}` : title;
      })
      .join(" · ");
  }
  return briefly(value, 80);
}

/** One form for values that say the same, so that they can be counted. */
export function sameForm(value: unknown): string {
  if (value !== null && typeof value === "object" && Array.isArray((value as { labels?: unknown }).labels))
    return JSON.stringify([...(value as { labels: string[] }).labels].sort());
  return JSON.stringify(value ?? null);
}

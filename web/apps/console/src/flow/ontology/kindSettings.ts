import type { Ontology, OntologyQuestion } from "@qistas/api";
import { palette } from "./LabelRows";

export const kinds = ["choice", "rating", "text", "span", "box", "polygon", "pairwise", "ranking"] as const;
export const fieldTypes = ["text", "markdown", "image", "chat", "json"] as const;

/** Settings of each kind that the form offers, with their default and form. */
export type Setting = {
  key: string;
  /** Where the other settings give it no meaning, it is not offered. */
  only?: (question: Record<string, unknown>) => boolean;
} & (
  | { form: "number"; fallback: number | undefined; min?: number }
  | { form: "switch"; fallback: boolean }
  | { form: "words" }
  | { form: "field"; types?: string[] }
);

const several = (question: Record<string, unknown>): boolean =>
  question.many === true || (question.min ?? 1) !== 1 || question.max !== undefined;

export const settings: Record<string, Setting[]> = {
  choice: [
    { key: "many", form: "switch", fallback: false },
    { key: "min", form: "number", fallback: undefined, min: 1, only: several },
    { key: "max", form: "number", fallback: undefined, min: 1, only: several },
  ],
  rating: [
    { key: "min", form: "number", fallback: 1 },
    { key: "max", form: "number", fallback: 5 },
    { key: "step", form: "number", fallback: 1 },
    { key: "low_title", form: "words" },
    { key: "high_title", form: "words" },
  ],
  text: [
    { key: "multiline", form: "switch", fallback: true },
    { key: "min_length", form: "number", fallback: 1, min: 0 },
    { key: "max_length", form: "number", fallback: 10000, min: 1 },
  ],
  span: [
    { key: "field", form: "field", types: ["text"] },
    { key: "overlap", form: "switch", fallback: true },
    { key: "min", form: "number", fallback: 0, min: 0 },
    { key: "max", form: "number", fallback: undefined, min: 1 },
  ],
  box: [
    { key: "field", form: "field", types: ["image"] },
    { key: "rotate", form: "switch", fallback: false },
    { key: "min", form: "number", fallback: 0, min: 0 },
    { key: "max", form: "number", fallback: undefined, min: 1 },
    { key: "min_size", form: "number", fallback: 1, min: 1 },
  ],
  polygon: [
    { key: "field", form: "field", types: ["image"] },
    { key: "min", form: "number", fallback: 0, min: 0 },
    { key: "max", form: "number", fallback: undefined, min: 1 },
  ],
  pairwise: [
    { key: "left", form: "field" },
    { key: "right", form: "field" },
    { key: "tie", form: "switch", fallback: true },
    { key: "strength", form: "number", fallback: 3, min: 1 },
  ],
  ranking: [
    { key: "ties", form: "switch", fallback: false },
    { key: "top", form: "number", fallback: undefined, min: 1 },
  ],
};

export const hasLabels = (kind: string): boolean =>
  ["choice", "ranking", "span", "box", "polygon"].includes(kind);

/** Whether a label of the kind may lie under another. */
export const hasTree = (kind: string): boolean => kind !== "ranking";

/** A question of `kind` that keeps what still makes sense of `before`. */
export function ofKind(kind: string, ontology: Ontology, before?: OntologyQuestion): OntologyQuestion {
  const { name = "", title, help, required, when } = before ?? {};
  const question: OntologyQuestion = { name, kind };
  if (title !== undefined) question.title = title;
  if (help !== undefined) question.help = help;
  if (required !== undefined) question.required = required;
  if (when !== undefined) question.when = when;
  const fieldOf = (types?: string[]) =>
    ontology.fields.find((field) => !types || types.includes(field.type ?? "text"))?.name;
  for (const setting of settings[kind] ?? [])
    if (setting.form === "field")
      Object.assign(question, {
        [setting.key]: fieldOf(setting.types) ?? ontology.fields[0]?.name ?? "text",
      });
  if (kind === "pairwise" && ontology.fields.length > 1) question.right = ontology.fields.at(-1)?.name;
  if (hasLabels(kind))
    question.labels = before?.labels?.map((label) =>
      hasTree(kind) ? label : { ...label, parent: undefined },
    ) ?? [
      { name: "label_1", colour: palette[0] },
      { name: "label_2", colour: palette[1] },
    ];
  return question;
}

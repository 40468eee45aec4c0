import {
  type CodePoints,
  type LabelLook,
  type Localised,
  labelLooks,
  type Span,
  sortedSpans,
} from "@qistas/annotate-core";
import type { QuestionOf } from "../widget";
import type { Strength } from "./highlights";
import type { Mark } from "./TextPainter";

type Title = (text: Localised | null | undefined, otherwise: string) => string;

const looksOf = new WeakMap<object, ReadonlyMap<string, LabelLook>>();
const unknown: LabelLook = { colour: "#595959", line: "dotted" };

/** The looks of a question's labels; computed once for each ontology. */
export function spanLooks(question: QuestionOf<"span">): ReadonlyMap<string, LabelLook> {
  let looks = looksOf.get(question);
  if (!looks) {
    looks = labelLooks(question.labels);
    looksOf.set(question, looks);
  }
  return looks;
}

/** Spans (code points) as marks (UTF-16), in the order of the spans. */
export function marksOf(
  question: QuestionOf<"span">,
  spans: readonly Span[],
  points: CodePoints,
  title: Title,
  strengthOf: (span: Span) => Strength,
  name?: (label: string) => string,
): Mark[] {
  const looks = spanLooks(question);
  const names = new Map(question.labels.map((label) => [label.name, title(label.title, label.name)]));
  return sortedSpans(spans).map((span) => ({
    start: points.toUnit(span.start),
    end: points.toUnit(span.end),
    look: looks.get(span.label) ?? unknown,
    name: name?.(names.get(span.label) ?? span.label) ?? names.get(span.label) ?? span.label,
    strength: strengthOf(span),
  }));
}

export function byStart(marks: readonly Mark[]): Mark[] {
  return marks.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

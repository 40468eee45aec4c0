import type { Span } from "../answer";
import type { Boundaries } from "./boundaries";
import type { CodePoints } from "./codePoints";

/** The stored order: by start, then end, then label. */
export function compareSpans(a: Span, b: Span): number {
  return a.start - b.start || a.end - b.end || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0);
}

export function sortedSpans(spans: readonly Span[]): Span[] {
  return spans.toSorted(compareSpans);
}

export function sameSpan(a: Span, b: Span): boolean {
  return a.start === b.start && a.end === b.end && a.label === b.label;
}

/** The index of the first span that begins before an earlier one has ended, or -1. */
export function firstOverlap(spans: readonly Span[]): number {
  const order = spans
    .map((_, index) => index)
    .sort((a, b) => compareSpans(spans[a] as Span, spans[b] as Span));
  let end = Number.NEGATIVE_INFINITY;
  for (const index of order) {
    const span = spans[index] as Span;
    if (span.start < end) return index;
    end = Math.max(end, span.end);
  }
  return -1;
}

/** What became of an edit: the new list, or the reason nothing changed. */
export type SpanEdit =
  | { readonly spans: readonly Span[]; readonly span: Span }
  | { readonly refused: "overlap" | "twice" | "empty" };

/** Add a span in its place. Spans already there keep their identity, so that a painter can tell what is new. */
export function addSpan(spans: readonly Span[], span: Span, overlapAllowed: boolean): SpanEdit {
  if (span.start >= span.end) return { refused: "empty" };
  if (spans.some((one) => sameSpan(one, span))) return { refused: "twice" };
  if (!overlapAllowed && spans.some((one) => one.start < span.end && span.start < one.end))
    return { refused: "overlap" };
  const at = insertionPoint(spans, span);
  return { spans: spans.toSpliced(at, 0, span), span };
}

export function removeSpan(spans: readonly Span[], span: Span): readonly Span[] {
  return spans.filter((one) => !sameSpan(one, span));
}

/** Put `next` in the place of `old`. */
export function replaceSpan(
  spans: readonly Span[],
  old: Span,
  next: Span,
  overlapAllowed: boolean,
): SpanEdit {
  if (sameSpan(old, next)) return { spans, span: old };
  return addSpan(removeSpan(spans, old), next, overlapAllowed);
}

/** Move one edge of a span by graphemes or words; an edge never passes the other. */
export function moveEdge(
  span: Span,
  edge: "start" | "end",
  direction: 1 | -1,
  unit: "grapheme" | "word",
  points: CodePoints,
  boundaries: Boundaries,
): Span {
  const from = points.toUnit(span[edge]);
  const to =
    unit === "grapheme"
      ? direction > 0
        ? boundaries.nextGrapheme(from)
        : boundaries.previousGrapheme(from)
      : direction > 0
        ? boundaries.nextWord(from)
        : boundaries.previousWord(from);
  const moved = { ...span, [edge]: points.fromUnit(to) };
  return moved.start < moved.end ? moved : span;
}

function insertionPoint(spans: readonly Span[], span: Span): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareSpans(spans[middle] as Span, span) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

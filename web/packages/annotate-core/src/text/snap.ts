import type { Boundaries, Range } from "./boundaries";

/** How far a selection made by hand is drawn out. */
export type Snap = "word" | "grapheme";

/**
 * The selection a person meant: never half a grapheme, no blanks at its ends, and with `word` whole words.
 * Positions are UTF-16; undefined when nothing but blanks was selected.
 */
export function snapSelection(
  boundaries: Boundaries,
  from: number,
  to: number,
  snap: Snap,
): Range | undefined {
  const trimmed = trimBlanks(boundaries.text, Math.min(from, to), Math.max(from, to));
  if (!trimmed) return undefined;
  let { start, end } = trimmed;
  if (snap === "word") {
    const first = boundaries.wordAt(start);
    const last = boundaries.wordAt(end - 1);
    if (first.isWord) start = first.start;
    if (last.isWord) end = last.end;
  }
  return { start: boundaries.graphemeAt(start).start, end: boundaries.graphemeAt(end - 1).end };
}

function trimBlanks(text: string, start: number, end: number): Range | undefined {
  let first = start;
  let last = end;
  while (first < last && isBlank(text, first)) first++;
  while (last > first && isBlank(text, last - 1)) last--;
  return first < last ? { start: first, end: last } : undefined;
}

function isBlank(text: string, at: number): boolean {
  return /\s/u.test(text.charAt(at));
}

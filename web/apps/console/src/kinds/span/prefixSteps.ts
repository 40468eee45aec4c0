import { type Boundaries, prefixCuts } from "@qistas/annotate-core";

/** The next place at or after `start` where a prefix ends inside the word, if there is one. */
export function cutPrefix(boundaries: Boundaries, start: number, end: number): number | undefined {
  return cutsAround(boundaries, start).find((cut) => cut > start && cut < end);
}

/** The place before `start` that takes the last cut prefix back. */
export function keepPrefix(boundaries: Boundaries, start: number): number | undefined {
  return cutsAround(boundaries, Math.max(0, start - 1)).findLast((cut) => cut < start);
}

/** The beginning of the word at `unit` and the ends of its prefixes, in the whole text. */
function cutsAround(boundaries: Boundaries, unit: number): number[] {
  const word = boundaries.wordAt(unit);
  if (!word.isWord) return [];
  const text = boundaries.text.slice(word.start, word.end);
  return [word.start, ...prefixCuts(text).map((cut) => word.start + cut)];
}

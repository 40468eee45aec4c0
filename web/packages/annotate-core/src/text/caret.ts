import type { Boundaries } from "./boundaries";

/** A place to read from and a place selected to, in UTF-16 positions: the keyboard's way through a text. */
export interface Caret {
  readonly anchor: number;
  readonly head: number;
}

export type CaretMove = "grapheme" | "word" | "line" | "all";

/** Move the head in reading order; without `extend` the anchor follows, and a selection first falls to its edge. */
export function moveCaret(
  caret: Caret,
  direction: 1 | -1,
  by: CaretMove,
  extend: boolean,
  boundaries: Boundaries,
): Caret {
  if (!extend && by === "grapheme" && caret.anchor !== caret.head) {
    const edge = direction > 0 ? Math.max(caret.anchor, caret.head) : Math.min(caret.anchor, caret.head);
    return { anchor: edge, head: edge };
  }
  const head = target(caret.head, direction, by, boundaries);
  return { anchor: extend ? caret.anchor : head, head };
}

function target(at: number, direction: 1 | -1, by: CaretMove, boundaries: Boundaries): number {
  const { text } = boundaries;
  switch (by) {
    case "grapheme":
      return direction > 0 ? boundaries.nextGrapheme(at) : boundaries.previousGrapheme(at);
    case "word":
      return direction > 0 ? boundaries.nextWord(at) : boundaries.previousWord(at);
    case "line": {
      if (direction < 0) return text.lastIndexOf("\n", at - 1) + 1;
      const lineBreak = text.indexOf("\n", at);
      return lineBreak < 0 ? text.length : lineBreak;
    }
    case "all":
      return direction > 0 ? text.length : 0;
  }
}

/** Boundaries of graphemes and words in UTF-16 positions, by the Unicode rules the browser carries. */
export class Boundaries {
  private readonly graphemes: Intl.Segments;
  private readonly words: Intl.Segments;

  constructor(readonly text: string) {
    this.graphemes = graphemeSegmenter.segment(text);
    this.words = wordSegmenter.segment(text);
  }

  /** The grapheme that holds position `unit`. */
  graphemeAt(unit: number): Range {
    return rangeOf(this.graphemes.containing(clamp(unit, this.text.length - 1)));
  }

  /** The word, run of spaces or sign that holds position `unit`. */
  wordAt(unit: number): Range & { isWord: boolean } {
    const segment = this.words.containing(clamp(unit, this.text.length - 1));
    return { ...rangeOf(segment), isWord: segment?.isWordLike ?? false };
  }

  isGraphemeBoundary(unit: number): boolean {
    if (unit <= 0 || unit >= this.text.length) return true;
    return this.graphemeAt(unit).start === unit;
  }

  nextGrapheme(unit: number): number {
    return unit >= this.text.length ? this.text.length : this.graphemeAt(unit).end;
  }

  previousGrapheme(unit: number): number {
    return unit <= 0 ? 0 : this.graphemeAt(unit - 1).start;
  }

  /** The end of the word that `unit` is in, or of the next one. */
  nextWord(unit: number): number {
    let at = unit;
    while (at < this.text.length) {
      const segment = this.wordAt(at);
      at = segment.end;
      if (segment.isWord) return at;
    }
    return this.text.length;
  }

  /** The start of the word that `unit` is in (unless already there), or of the one before. */
  previousWord(unit: number): number {
    let at = unit;
    while (at > 0) {
      const segment = this.wordAt(at - 1);
      at = segment.start;
      if (segment.isWord) return at;
    }
    return 0;
  }
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

const graphemeSegmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const wordSegmenter = new Intl.Segmenter(undefined, { granularity: "word" });

function rangeOf(segment: Intl.SegmentData | undefined): Range {
  return segment
    ? { start: segment.index, end: segment.index + segment.segment.length }
    : { start: 0, end: 0 };
}

function clamp(unit: number, most: number): number {
  return Math.max(0, Math.min(unit, most));
}

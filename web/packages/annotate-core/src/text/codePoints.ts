/**
 * The browser counts UTF-16 units, the contract counts Unicode code points. The two differ only after characters
 * outside the basic plane, so an index of those few places turns one into the other without copying the text.
 */
export class CodePoints {
  readonly length: number;
  /** UTF-16 positions of every high surrogate that is followed by a low one. */
  private readonly pairs: Int32Array;

  constructor(readonly text: string) {
    const pairs: number[] = [];
    for (let at = 0; at < text.length; at++) {
      if (isPairAt(text, at)) pairs.push(at++);
    }
    this.pairs = Int32Array.from(pairs);
    this.length = text.length - pairs.length;
  }

  /** The code point offset of UTF-16 position `unit`; a position inside a pair counts as before it. */
  fromUnit(unit: number): number {
    const at = Math.min(Math.max(0, unit), this.text.length);
    const inside = at > 0 && isPairAt(this.text, at - 1) ? at - 1 : at;
    return inside - this.pairsBefore((index) => (this.pairs[index] as number) < inside);
  }

  /** The UTF-16 position of code point offset `point`. */
  toUnit(point: number): number {
    const at = Math.min(Math.max(0, point), this.length);
    // pair number i begins at code point pairs[i] - i
    return at + this.pairsBefore((index) => (this.pairs[index] as number) - index < at);
  }

  slice(start: number, end: number): string {
    return this.text.slice(this.toUnit(start), this.toUnit(end));
  }

  private pairsBefore(isBefore: (index: number) => boolean): number {
    let low = 0;
    let high = this.pairs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isPairAt(text: string, at: number): boolean {
  const high = text.charCodeAt(at);
  if (high < 0xd800 || high > 0xdbff) return false;
  const low = text.charCodeAt(at + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

export function codePointLength(text: string): number {
  let length = text.length;
  for (let at = 0; at < text.length; at++) {
    if (isPairAt(text, at)) {
      length--;
      at++;
    }
  }
  return length;
}

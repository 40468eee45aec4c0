/** Anything that covers a stretch of text. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Finds the stretches that touch a window of the text without looking at the others: an interval tree laid
 * over the sorted list (each middle element knows the furthest end below it). Build O(n), query O(log n + found).
 */
export class SpanIndex<T extends Stretch> {
  private readonly furthest: Float64Array;

  /** `sorted` is ordered by `start`. */
  constructor(readonly sorted: readonly T[]) {
    this.furthest = new Float64Array(sorted.length);
    this.measure(0, sorted.length);
  }

  /** Stretches that share at least one character with [start, end), in order. */
  touching(start: number, end: number): T[] {
    const found: T[] = [];
    if (start < end) this.collect(0, this.sorted.length, start, end, found);
    return found;
  }

  /** Stretches around position `at`, the shortest first: the one a person means when they point there. */
  at(at: number): T[] {
    return this.touching(at, at + 1).sort((a, b) => a.end - a.start - (b.end - b.start));
  }

  private measure(low: number, high: number): number {
    if (low >= high) return Number.NEGATIVE_INFINITY;
    const middle = (low + high) >> 1;
    const furthest = Math.max(
      (this.sorted[middle] as T).end,
      this.measure(low, middle),
      this.measure(middle + 1, high),
    );
    this.furthest[middle] = furthest;
    return furthest;
  }

  private collect(low: number, high: number, start: number, end: number, found: T[]): void {
    if (low >= high) return;
    const middle = (low + high) >> 1;
    if ((this.furthest[middle] as number) <= start) return;
    this.collect(low, middle, start, end, found);
    const stretch = this.sorted[middle] as T;
    if (stretch.start >= end) return;
    if (stretch.end > start) found.push(stretch);
    this.collect(middle + 1, high, start, end, found);
  }
}

interface Step<T> {
  readonly state: T;
  readonly note: string;
  readonly before: Step<T> | null;
}

/**
 * Undo and redo without limit. States are immutable and share what did not change, so a step costs a pointer.
 * Changes that carry the same merge key in quick succession (letters of one word) become one step.
 */
export class History<T> {
  private past: Step<T> | null = null;
  private future: Step<T> | null = null;
  private mergeKey: string | undefined;
  private mergeUntil = Number.NEGATIVE_INFINITY;

  constructor(private current: T) {}

  get present(): T {
    return this.current;
  }

  get canUndo(): boolean {
    return this.past !== null;
  }

  get canRedo(): boolean {
    return this.future !== null;
  }

  /** Take `next` as the present. `note` says what was changed; it is given back by undo and redo. */
  commit(next: T, note = "", merge?: { key: string; now: number; within: number }): void {
    if (Object.is(next, this.current)) return;
    const joins = merge !== undefined && merge.key === this.mergeKey && merge.now <= this.mergeUntil;
    if (!joins) this.past = { state: this.current, note, before: this.past };
    this.mergeKey = merge?.key;
    this.mergeUntil = merge ? merge.now + merge.within : Number.NEGATIVE_INFINITY;
    this.current = next;
    this.future = null;
  }

  /** End a run of merged changes: the next one is a step of its own. */
  seal(): void {
    this.mergeKey = undefined;
  }

  /** The note of the step taken back, or undefined when there was none. */
  undo(): string | undefined {
    if (!this.past) return undefined;
    const { state, note, before } = this.past;
    this.future = { state: this.current, note, before: this.future };
    this.past = before;
    this.current = state;
    this.seal();
    return note;
  }

  redo(): string | undefined {
    if (!this.future) return undefined;
    const { state, note, before } = this.future;
    this.past = { state: this.current, note, before: this.past };
    this.future = before;
    this.current = state;
    this.seal();
    return note;
  }
}

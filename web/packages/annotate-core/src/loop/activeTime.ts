/** Counts the time a person was at the task: pauses longer than `idleAfter` and hidden pages do not count. */
export class ActiveTime {
  private counted: number;
  private last: number | undefined;

  constructor(
    startSeconds = 0,
    private readonly now: () => number = () => performance.now(),
    private readonly idleAfter = 60_000,
  ) {
    this.counted = startSeconds * 1000;
  }

  /** The task is before the person, or they did something. */
  touch(): void {
    const now = this.now();
    this.counted += this.since(now);
    this.last = now;
  }

  /** The task is out of sight. */
  pause(): void {
    this.counted += this.since(this.now());
    this.last = undefined;
  }

  get seconds(): number {
    return Math.round((this.counted + this.since(this.now())) / 100) / 10;
  }

  private since(now: number): number {
    return this.last === undefined ? 0 : Math.min(Math.max(0, now - this.last), this.idleAfter);
  }
}

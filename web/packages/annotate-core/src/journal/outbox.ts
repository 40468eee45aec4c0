import { asTransportError, type Submitted, type Transport, type TransportError } from "../loop/transport";
import type { Entry, ReviseEntry, SubmitEntry } from "./entry";
import type { JournalStore } from "./store";

export interface OutboxHooks {
  /** How many new tasks to ask for with this submit; they count as on their way until `settled`. */
  next(key: string): number;
  /** The request with this entry came back, well or badly. */
  settled(key: string): void;
  submitted(entry: SubmitEntry, reply: Submitted): void;
  /** The leases in this browser, so that the server gives others. */
  holding(): readonly string[];
  changed(): void;
}

const atOnce = 3;
const firstPause = 1000;
const longestPause = 30_000;

/**
 * Brings the journal to the server: each act is written down, then sent, then struck out when it is acknowledged.
 * Sending again is harmless (the entry's key), so anything unsure is sent again.
 */
export class Outbox {
  private list: Entry[] = [];
  private readonly written = new Set<string>();
  private readonly sending = new Set<string>();
  /** Entries that may have reached the server already: their key stands for what they said then. */
  private readonly tried = new Set<string>();
  private readonly annotationOf = new Map<string, string>();
  private pause = firstPause;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  /** No network, or the server cannot answer now. */
  away = false;
  signedOut = false;
  /** The journal could not be written: answers live only in this page until they are sent. */
  unsafe = false;

  constructor(
    private readonly store: JournalStore,
    private readonly transport: Transport,
    private readonly scope: string,
    private readonly hooks: OutboxHooks,
  ) {}

  get waiting(): readonly Entry[] {
    return this.list.filter((entry) => !entry.refusal);
  }

  get refused(): readonly Entry[] {
    return this.list.filter((entry) => entry.refusal);
  }

  /** Take up what an earlier page left behind; `retry` then begins to send it. */
  async load(): Promise<void> {
    const kept = await this.store.entries(this.scope);
    const known = new Set(this.list.map((entry) => entry.key));
    for (const entry of kept) {
      this.written.add(entry.key);
      if (!entry.refusal) this.tried.add(entry.key);
      if (!known.has(entry.key)) this.list.unshift(entry);
    }
    this.hooks.changed();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  /** Write an act down and send it; resolves when it is in the journal. */
  async add(entry: Entry): Promise<void> {
    this.list.push(entry);
    await this.write(entry);
    this.hooks.changed();
    this.pump();
  }

  /** Change an answer that has not left yet; false when it is too late for that. */
  amend(key: string, change: Pick<SubmitEntry, "answer" | "seconds">): boolean {
    const at = this.list.findIndex((entry) => entry.key === key);
    const entry = this.list[at];
    if (!entry || entry.act === "skip" || this.sending.has(key) || this.tried.has(key)) return false;
    const amended = { ...entry, ...change, refusal: undefined };
    this.list[at] = amended;
    this.written.delete(key);
    void this.write(amended).then(() => this.pump());
    this.hooks.changed();
    return true;
  }

  /** Strike out an entry that the server refused and the person gives up. */
  drop(key: string): void {
    this.strike(key);
    this.hooks.changed();
  }

  /** Try now: the network came back, or the person signed in again. */
  retry(): void {
    this.signedOut = false;
    this.pause = firstPause;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pump();
  }

  private async write(entry: Entry): Promise<void> {
    try {
      await this.store.putEntry(entry);
    } catch {
      this.unsafe = true;
    }
    this.written.add(entry.key);
  }

  private pump(): void {
    if (this.stopped || this.signedOut || this.timer !== undefined) return;
    for (const entry of this.list) {
      if (this.sending.size >= atOnce) return;
      if (entry.refusal || this.sending.has(entry.key) || !this.written.has(entry.key)) continue;
      if (entry.act === "revise" && !this.annotationFor(entry)) continue;
      void this.send(entry);
    }
  }

  private annotationFor(entry: ReviseEntry): string | undefined {
    return entry.annotationId ?? (entry.after ? this.annotationOf.get(entry.after) : undefined);
  }

  private async send(entry: Entry): Promise<void> {
    this.sending.add(entry.key);
    this.tried.add(entry.key);
    try {
      await this.carry(entry);
      this.settle(entry.key);
      this.strike(entry.key);
      this.away = false;
      this.pause = firstPause;
    } catch (error) {
      this.settle(entry.key);
      this.failed(entry, asTransportError(error));
    }
    this.hooks.changed();
    this.pump();
  }

  private settle(key: string): void {
    this.sending.delete(key);
    this.hooks.settled(key);
  }

  private async carry(entry: Entry): Promise<void> {
    switch (entry.act) {
      case "submit": {
        const reply = await this.transport.submit({
          lease_id: entry.leaseId,
          answer: entry.answer,
          seconds: entry.seconds,
          client_key: entry.key,
          next: this.stopped ? 0 : this.hooks.next(entry.key),
          holding: this.hooks.holding(),
        });
        await this.tie(entry.key, reply.annotation.id);
        this.hooks.submitted(entry, reply);
        return;
      }
      case "revise": {
        const { answer, seconds, key } = entry;
        const annotation = this.annotationFor(entry) as string;
        return this.transport.revise(annotation, { answer, seconds, client_key: key });
      }
      case "skip":
        return this.transport.skip(entry.leaseId, entry.reason, entry.note);
    }
  }

  /** Give revisions that waited for this submit their annotation, in the journal too: a reload may come between. */
  private async tie(key: string, annotationId: string): Promise<void> {
    this.annotationOf.set(key, annotationId);
    for (const [at, entry] of this.list.entries()) {
      if (entry.act !== "revise" || entry.after !== key) continue;
      const tied = { ...entry, annotationId };
      this.list[at] = tied;
      await this.write(tied);
    }
  }

  private failed(entry: Entry, error: TransportError): void {
    if (error.kind === "signed_out") this.signedOut = true;
    else if (error.kind === "away") {
      this.away = true;
      if (this.timer === undefined && !this.stopped) {
        this.timer = setTimeout(() => {
          this.timer = undefined;
          this.pump();
        }, this.pause);
        this.pause = Math.min(this.pause * 2, longestPause);
      }
    } else if (entry.act === "skip") {
      // the lease has run out: the task is already back in the queue, which is all a skip wants
      this.strike(entry.key);
    } else {
      this.tried.delete(entry.key);
      const better = this.list.find((one) => one.act === "revise" && one.after === entry.key);
      if (entry.act === "submit" && better?.act === "revise") {
        // the person has changed the answer since: what was refused is not what they say now
        this.strike(better.key);
        this.amend(entry.key, { answer: better.answer, seconds: entry.seconds + better.seconds });
        return;
      }
      const at = this.list.findIndex((one) => one.key === entry.key);
      const where = error.places.map((place) => `${place.where}: ${place.message}`).join("; ");
      const message = [error.message, where].filter(Boolean).join(" ");
      const refused = { ...entry, refusal: { code: error.code, message } };
      if (at >= 0) this.list[at] = refused;
      void this.write(refused);
    }
  }

  private strike(key: string): void {
    this.list = this.list.filter((entry) => entry.key !== key);
    this.written.delete(key);
    this.store.dropEntry(key).catch(() => {
      this.unsafe = true;
    });
  }
}

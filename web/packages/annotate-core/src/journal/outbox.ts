import { asTransportError, type Submitted, type Transport, type TransportError } from "../loop/transport";
import type { Entry, ReviseEntry, SubmitEntry } from "./entry";
import { byTime, type JournalStore } from "./store";

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

export interface OutboxSettings {
  readonly store: JournalStore;
  readonly transport: Transport;
  readonly scope: string;
  /** This page's own name, and the names of the pages that are open now. */
  readonly tab: string;
  readonly liveTabs: () => Promise<readonly string[]>;
  readonly hooks: OutboxHooks;
}

type AnswerEntry = SubmitEntry | ReviseEntry;

const atOnce = 3;
const firstPause = 1000;
const longestPause = 30_000;
const lookAgainAfter = 1000;

/**
 * Brings the journal to the server: each act is written down, then sent, then struck out when it is acknowledged.
 * Sending again is harmless (the entry's key), so anything unsure is sent again. The acts on one task are sent one after
 * another, in the order they were given: the server takes what arrives last for what the person says now.
 */
export class Outbox {
  /** In the order they were given. Never changed in place: others may be walking through it. */
  private list: readonly Entry[] = [];
  /** Entries that stand in the journal as they are; one that was changed since is another object. */
  private readonly written = new WeakSet<Entry>();
  private readonly sending = new Set<string>();
  /** Entries that may have reached the server already: their key stands for what they said then. */
  private readonly tried = new Set<string>();
  private readonly struck = new Set<string>();
  /** Revisions before which another page has something to send. */
  private readonly behind = new Set<string>();
  private readonly failures = new Map<string, number>();
  private readonly annotationOf = new Map<string, string>();
  /** When this page last took an answer to a task. */
  private readonly answeredAt = new Map<string, string>();
  private lastWritten = "";
  private pause = firstPause;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;
  /** No network, or the server cannot answer now. */
  away = false;
  signedOut = false;
  /** The journal could not be written: answers live only in this page until they are sent. */
  unsafe = false;

  constructor(private readonly settings: OutboxSettings) {}

  get waiting(): readonly Entry[] {
    return this.list.filter((entry) => !entry.refusal);
  }

  get refused(): readonly Entry[] {
    return this.list.filter((entry) => entry.refusal);
  }

  has(key: string): boolean {
    return this.list.some((entry) => entry.key === key);
  }

  /** Take up what pages that are gone left behind; `retry` then begins to send it. Returns what is new here. */
  async load(): Promise<readonly Entry[]> {
    const { store, scope, tab, liveTabs, hooks } = this.settings;
    const kept = await store.takeEntries(scope, tab, await liveTabs());
    const fresh: Entry[] = [];
    for (const entry of kept) {
      if (this.has(entry.key)) continue;
      if (this.struck.has(entry.key) || this.hasSaidSince(entry)) {
        // this page has sent it, or another answer to the task since: the older one must not come after it
        this.strike(entry.key);
        continue;
      }
      this.written.add(entry);
      if (!entry.refusal) this.tried.add(entry.key);
      if (entry.writtenAt > this.lastWritten) this.lastWritten = entry.writtenAt;
      fresh.push(entry);
    }
    this.list = [...this.list, ...fresh].sort(byTime);
    await this.mend();
    hooks.changed();
    return fresh;
  }

  /** No more waiting and trying again. What can leave now still leaves: the person may not come back to this project. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.away) this.pump();
  }

  /** Write an act down and send it; resolves when it is in the journal. */
  async add(given: Entry): Promise<void> {
    const entry = this.stamped(given);
    this.list = [...this.list, entry];
    if (entry.act !== "skip") this.answeredAt.set(entry.taskId, entry.writtenAt);
    await this.write(entry);
    if (entry.act !== "skip")
      // what was refused is not what the person says now
      for (const old of this.refused)
        if (old.taskId === entry.taskId && old.key !== entry.key) this.strike(old.key);
    this.settings.hooks.changed();
    this.pump();
  }

  /** Change an answer that has not left yet; resolves when that is in the journal. Undefined when it is too late for that. */
  amend(key: string, change: Pick<SubmitEntry, "answer" | "seconds">): Promise<void> | undefined {
    const entry = this.list.find((one) => one.key === key);
    if (!entry || entry.act === "skip" || this.sending.has(key) || this.tried.has(key)) return undefined;
    if (this.laterThan(entry)) return undefined; // the change would come before what was said earlier
    const written = this.rewrite({ ...entry, ...change, refusal: undefined });
    this.settings.hooks.changed();
    return written;
  }

  /** Strike out an entry that the server refused and the person gives up. */
  drop(key: string): void {
    this.strike(key);
    this.settings.hooks.changed();
  }

  /** Try now: the network came back, or the person signed in again. */
  retry(): void {
    if (this.stopped) return;
    this.signedOut = false;
    this.pause = firstPause;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.pump();
  }

  /** The server answered another request: it is there. */
  reached(): void {
    if (!this.away) return;
    this.away = false;
    this.retry();
  }

  /** The annotation that a submit of this page became. */
  annotationAfter(key: string): string | undefined {
    return this.annotationOf.get(key);
  }

  annotationFor(entry: ReviseEntry): string | undefined {
    return entry.annotationId ?? this.annotationOf.get(entry.after ?? "");
  }

  /** The entry as it is written down: after all that this page knows, whatever the clock says, and with its annotation. */
  private stamped(entry: Entry): Entry {
    const after = new Date(Date.parse(this.lastWritten || entry.writtenAt) + 1).toISOString();
    const writtenAt = entry.writtenAt > this.lastWritten ? entry.writtenAt : after;
    this.lastWritten = writtenAt;
    const own = { ...entry, writtenAt, tab: this.settings.tab };
    return own.act === "revise" ? { ...own, annotationId: this.annotationFor(own) } : own;
  }

  private async write(entry: Entry): Promise<void> {
    try {
      await this.settings.store.putEntry(entry);
    } catch {
      this.unsafe = true;
    }
    this.written.add(entry);
  }

  /** Put this in the place of the entry with its key, and send it once it is in the journal. */
  private async rewrite(entry: Entry): Promise<void> {
    this.list = this.list.map((one) => (one.key === entry.key ? entry : one));
    await this.write(entry);
    this.pump();
  }

  private hasSaidSince(entry: Entry): boolean {
    if (entry.act === "skip" || entry.writtenAt >= (this.answeredAt.get(entry.taskId) ?? "")) return false;
    return !this.list.some((one) => one.taskId === entry.taskId && byTime(one, entry) > 0);
  }

  /** Whether another page has yet to send what the person said of this task before. */
  private async isBehindAnother(entry: Entry): Promise<boolean> {
    try {
      const all = await this.settings.store.entries(this.settings.scope);
      return all.some(
        (one) =>
          one.taskId === entry.taskId &&
          one.tab !== this.settings.tab &&
          !one.refusal &&
          byTime(one, entry) < 0 &&
          !this.has(one.key),
      );
    } catch {
      return false;
    }
  }

  private lookAgain(key: string): void {
    this.behind.add(key);
    if (this.stopped) return;
    setTimeout(() => {
      this.behind.delete(key);
      this.pump();
    }, lookAgainAfter);
  }

  /** Revisions whose submit is no longer on its way get to the server all the same. */
  private async mend(): Promise<void> {
    const instead = new Map<string, string>();
    for (const { key } of this.list) {
      const entry = this.list.find((one) => one.key === key);
      if (entry?.act !== "revise" || entry.refusal || this.annotationFor(entry)) continue;
      const after = instead.get(entry.after ?? "") ?? entry.after;
      const first = this.list.find((one) => one.key === after);
      if (first?.refusal && first.act !== "skip") await this.overtake(first, entry);
      else if (first && after !== entry.after) await this.rewrite({ ...entry, after });
      else if (!first && entry.leaseId) {
        const { annotationId: _, after: gone, ...rest } = entry;
        if (gone) instead.set(gone, entry.key);
        await this.rewrite({ ...rest, act: "submit" });
      }
    }
  }

  private pump(): void {
    if (this.signedOut || this.timer !== undefined || (this.stopped && this.away)) return;
    for (const entry of this.ready()) {
      if (this.sending.size >= atOnce) return;
      void this.send(entry);
    }
  }

  /** What may leave now: the first of each task. Those that failed before wait behind the others, or they might starve them. */
  private ready(): Entry[] {
    const tasks = new Set<string>();
    const found: Entry[] = [];
    for (const entry of this.list) {
      if (entry.refusal && !this.stopped) continue;
      if (tasks.has(entry.taskId)) continue;
      tasks.add(entry.taskId);
      if (entry.refusal || this.sending.has(entry.key) || !this.written.has(entry)) continue;
      if (this.behind.has(entry.key)) continue;
      if (entry.act === "revise" && !this.annotationFor(entry)) continue;
      found.push(entry);
    }
    const failed = (entry: Entry): number => this.failures.get(entry.key) ?? 0;
    return found.sort((a, b) => failed(a) - failed(b));
  }

  private async send(entry: Entry): Promise<void> {
    this.sending.add(entry.key);
    if (entry.act === "revise") {
      const behind = await this.isBehindAnother(entry);
      // meanwhile this page may have taken over what comes before it
      const first = this.list.find((one) => !one.refusal && one.taskId === entry.taskId);
      if (behind || first?.key !== entry.key) {
        this.sending.delete(entry.key);
        if (behind) this.lookAgain(entry.key);
        this.pump();
        return;
      }
    }
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
    this.settings.hooks.changed();
    this.pump();
  }

  private settle(key: string): void {
    this.sending.delete(key);
    this.settings.hooks.settled(key);
  }

  private async carry(entry: Entry): Promise<void> {
    const { transport, hooks } = this.settings;
    switch (entry.act) {
      case "submit": {
        const reply = await transport.submit({
          lease_id: entry.leaseId,
          answer: entry.answer,
          seconds: entry.seconds,
          client_key: entry.key,
          next: this.stopped ? 0 : hooks.next(entry.key),
          holding: hooks.holding(),
        });
        await this.tie(entry.key, reply.annotation.id);
        hooks.submitted(entry, reply);
        return;
      }
      case "revise": {
        const { answer, seconds, key } = entry;
        const annotation = this.annotationFor(entry) as string;
        return transport.revise(annotation, { answer, seconds, client_key: key });
      }
      case "skip":
        return transport.skip(entry.leaseId, entry.reason, entry.note);
    }
  }

  /** Give revisions that waited for this submit their annotation, in the journal too: a reload may come between. */
  private async tie(key: string, annotationId: string): Promise<void> {
    this.annotationOf.set(key, annotationId);
    const tied: Entry[] = [];
    this.list = this.list.map((entry) => {
      if (entry.act !== "revise" || entry.after !== key) return entry;
      const one = { ...entry, annotationId };
      tied.push(one);
      return one;
    });
    await Promise.all(tied.map((entry) => this.write(entry)));
  }

  private failed(entry: Entry, error: TransportError): void {
    if (error.kind === "signed_out") this.signedOut = true;
    else if (error.kind === "away") {
      this.away = true;
      this.failures.set(entry.key, (this.failures.get(entry.key) ?? 0) + 1);
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
    } else if (this.has(entry.key)) {
      this.tried.delete(entry.key);
      const where = error.places.map((place) => `${place.where}: ${place.message}`).join("; ");
      const message = [error.message, where].filter(Boolean).join(" ");
      const refused = { ...entry, refusal: { code: error.code, message } };
      this.list = this.list.map((one) => (one.key === entry.key ? refused : one));
      // the journal is another page's by now; it will hear the same
      if (this.stopped) return;
      const later = this.laterThan(refused);
      if (later) void this.overtake(entry, later);
      else void this.write(refused);
    }
  }

  /** The next answer to the same task that the person gave after this one. */
  private laterThan(entry: Entry): AnswerEntry | undefined {
    return this.list
      .slice(this.list.indexOf(entry) + 1)
      .find((one): one is AnswerEntry => one.act !== "skip" && one.taskId === entry.taskId);
  }

  /** The person has changed the answer since: what was refused is not what they say now. */
  private async overtake(refused: AnswerEntry, later: AnswerEntry): Promise<void> {
    const seconds = refused.seconds + later.seconds;
    if (later.act === "submit" || this.annotationFor(later)) {
      await this.rewrite({ ...later, seconds });
      this.strike(refused.key);
    } else {
      // the later answer is in its new place before the old one goes: the page may end between the two
      await this.rewrite({ ...refused, answer: later.answer, seconds, refusal: undefined });
      this.strike(later.key);
    }
    this.settings.hooks.changed();
    this.pump();
  }

  private strike(key: string): void {
    this.list = this.list.filter((entry) => entry.key !== key);
    this.struck.add(key);
    this.tried.delete(key);
    this.failures.delete(key);
    this.settings.store.dropEntry(key).catch(() => {
      this.unsafe = true;
    });
  }
}

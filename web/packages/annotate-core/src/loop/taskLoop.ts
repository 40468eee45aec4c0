import type { Answer } from "../answer";
import type { Entry, Held, ReviseEntry, SubmitEntry } from "../journal/entry";
import { Outbox } from "../journal/outbox";
import type { JournalStore } from "../journal/store";
import type { Ontology } from "../ontology";
import {
  asTransportError,
  type Claimed,
  type NothingBecause,
  type Offer,
  type SkipReason,
  type Submitted,
  type Transport,
} from "./transport";
import { type Done, type Work, workAgain, workOn } from "./work";

export interface LoopSettings {
  readonly transport: Transport;
  readonly store: JournalStore;
  /** False when the store lives only as long as the page. */
  readonly lasting?: boolean;
  /** `tenant/person/project`. */
  readonly scope: string;
  /** This page's own name, and the names of the pages that are open now. */
  readonly tab: string;
  readonly liveTabs: () => Promise<readonly string[]>;
  /** Tasks to keep ready beyond the one before the person. */
  readonly ahead?: number;
  readonly leaseMs?: number;
  /** Called once for each task when it arrives: load its pictures now. */
  readonly prepare?: (offer: Offer) => void;
  readonly newKey?: () => string;
}

export type Phase = "starting" | "working" | "fetching" | "nothing" | "signed_out" | "failed";

/** What the screen shows; a new object whenever anything changed. */
export interface LoopView {
  readonly phase: Phase;
  readonly work: Work | null;
  /** Tasks in this browser behind the one shown. */
  readonly ready: number;
  /** Tasks left for this annotator as the server last said, less what was done since. */
  readonly left: number | null;
  readonly because: NothingBecause | null;
  readonly failure: string | null;
  readonly waiting: number;
  readonly refused: readonly Entry[];
  readonly away: boolean;
  readonly unsafe: boolean;
  readonly lapsed: boolean;
  readonly doneHere: number;
  readonly done: readonly Done[];
  readonly canGoBack: boolean;
  readonly canGoForward: boolean;
}

const renewEvery = 20_000;
const keepLocallyAfter = 200;
const keepRemotelyAfter = 4_000;
const askAgainAfter = 15_000;
const rememberDone = 100;

/** Refusals that say: the server has an answer of this person to the task. To change it is to revise it. */
const answeredAlready = new Set(["lease_gone", "key_reused"]);

const isBegun = (work: Work): boolean => Object.keys(work.state.working).length > 0;

/**
 * The annotator's loop. The next tasks are in the browser before they are needed, so that a submit paints the next
 * task at once; the answer goes to the journal and from there to the server while the person is already working.
 */
export class TaskLoop {
  private readonly outbox: Outbox;
  private readonly listeners = new Set<() => void>();
  private readonly ontologies = new Map<number, Promise<Ontology>>();
  private readonly seenLeases = new Set<string>();
  private readonly arriving = new Set<string>();
  private readonly again = new Map<string, Work>();
  private readonly ahead: number;
  private readonly leaseMs: number;
  private readonly newKey: () => string;

  private current: Work | null = null;
  private parked: Work | null = null;
  private doneAt = -1;
  private queue: Work[] = [];
  private done: Done[] = [];
  private doneHere = 0;
  private left: number | null = null;
  private because: NothingBecause | null = null;
  private failure: string | null = null;
  private signedOut = false;
  private started = false;
  private stopped = false;
  private claiming = false;
  private readonly expected = new Map<string, number>();
  private claimTimer: ReturnType<typeof setTimeout> | undefined;
  /** Leases of this person's other open pages. */
  private elsewhere: readonly string[] = [];
  private renewTimer: ReturnType<typeof setInterval> | undefined;
  private localTimer: ReturnType<typeof setTimeout> | undefined;
  private remoteTimer: ReturnType<typeof setTimeout> | undefined;
  private unwatch: (() => void) | undefined;
  private lastActive = 0;
  private seen: LoopView;

  constructor(private readonly settings: LoopSettings) {
    this.ahead = settings.ahead ?? 3;
    this.leaseMs = settings.leaseMs ?? 30 * 60_000;
    this.newKey = settings.newKey ?? (() => crypto.randomUUID());
    this.outbox = new Outbox({
      ...settings,
      hooks: {
        next: (key) => this.wanted(key),
        settled: (key) => this.expected.delete(key),
        submitted: (entry, reply) => this.onSubmitted(entry, reply),
        holding: () => this.holding(),
        changed: () => this.changed(),
      },
    });
    this.outbox.unsafe = settings.lasting === false;
    this.seen = this.look();
  }

  readonly view = (): LoopView => this.seen;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Take up what this browser still holds, send what waits, and fetch the first tasks. */
  async start(): Promise<void> {
    this.active();
    await this.outbox.load().catch(() => undefined);
    for (const entry of [...this.outbox.waiting, ...this.outbox.refused]) this.seenLeases.add(entry.leaseId);
    await this.takeUp(true).catch(() => undefined);
    if (this.stopped) return;
    this.renewTimer = setInterval(() => void this.tend(), renewEvery);
    this.advanceIfIdle();
    this.outbox.retry();
    this.started = true;
    this.fetchMore();
    void this.fetchDone();
    this.changed();
  }

  /** Leave: what was begun is kept, what was only ready goes back to the queue. */
  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    this.keepDraft();
    for (const timer of [this.claimTimer, this.localTimer, this.remoteTimer]) clearTimeout(timer);
    clearInterval(this.renewTimer);
    this.unwatch?.();
    this.outbox.stop();
    const open = this.parked ?? (this.current?.revises ? null : this.current);
    for (const work of open ? [open, ...this.queue] : this.queue)
      if (isBegun(work)) this.hold(work);
      else this.giveBack(work);
  }

  /** The person did something: time counts, leases are kept alive. */
  active(): void {
    this.lastActive = performance.now();
    this.current?.time.touch();
  }

  /** The page is out of sight. */
  hidden(): void {
    this.current?.time.pause();
    this.keepDraft();
  }

  /** The network or the session came back. */
  retry(): void {
    this.signedOut = false;
    this.failure = null;
    this.outbox.retry();
    clearTimeout(this.claimTimer);
    this.claimTimer = undefined;
    this.fetchMore();
    this.changed();
  }

  /**
   * Submit the current answer and go on. Returns a promise that resolves when the answer is in the journal; the
   * next task is current before this function returns.
   */
  submit(): Promise<void> {
    const work = this.current;
    if (!work) return Promise.resolve();
    work.time.touch();
    const answer = work.state.final();
    const written = work.revises ? this.revise(work, work.revises, answer) : this.giveIn(work, answer);
    this.advance();
    return written;
  }

  skip(reason: SkipReason, note?: string): Promise<void> {
    const work = this.current;
    if (!work || work.revises) return Promise.resolve();
    this.seenLeases.add(work.offer.lease_id);
    const written = this.outbox
      .add({
        act: "skip",
        key: this.newKey(),
        scope: this.settings.scope,
        taskId: work.offer.task_id,
        leaseId: work.offer.lease_id,
        writtenAt: new Date().toISOString(),
        reason,
        note,
      })
      .then(() => this.forget(work.offer.lease_id));
    this.countDown();
    this.advance();
    return written;
  }

  /** Open the answer before this one; the task at hand waits. */
  back(): void {
    this.openDone(this.doneAt + 1);
  }

  /** Towards the task at hand. */
  forward(): void {
    if (this.doneAt > 0) this.openDone(this.doneAt - 1);
    else if (this.doneAt === 0) {
      this.doneAt = -1;
      this.advance();
    }
  }

  openDone(at: number): void {
    const done = this.done[at];
    if (!done) return;
    if (this.current && !this.current.revises) {
      this.keepDraft();
      this.parked = this.current;
    }
    let work = this.again.get(done.key);
    if (!work) {
      work = workAgain(done);
      this.again.set(done.key, work);
    }
    this.doneAt = at;
    this.show(work);
  }

  /** Open an answer the server refused, to change it and give it again. */
  openRefused(key: string): void {
    const entry = this.outbox.refused.find((one) => one.key === key);
    if (entry && entry.act !== "skip") void this.openAgain(entry).catch(() => undefined); // it stays to be opened later
  }

  private async openAgain(entry: SubmitEntry | ReviseEntry): Promise<void> {
    const stored = entry.act === "revise" || answeredAlready.has(entry.refusal?.code ?? "");
    let done = this.done.find(
      (one) => one.key === entry.key || (stored && one.offer.task_id === entry.taskId),
    );
    if (!done) {
      const ontology = await this.ontology(entry.offer.ontology_version);
      const { key, offer, answer, writtenAt: at } = entry;
      done = { key, offer, ontology, answer, annotationId: undefined, at };
      this.remember(done);
    }
    if (stored && !done.annotationId) {
      const known = entry.act === "revise" ? this.outbox.annotationFor(entry) : undefined;
      done.annotationId = known ?? (await this.annotationOn(entry.taskId));
    }
    if (!this.again.has(done.key)) done.answer = entry.answer;
    this.openDone(this.done.indexOf(done));
  }

  private async annotationOn(taskId: string): Promise<string | undefined> {
    const mine = await this.settings.transport.mine().catch(() => []);
    return mine.find((one) => one.task_id === taskId)?.id;
  }

  dropRefused(key: string): void {
    this.outbox.drop(key);
  }

  private giveIn(work: Work, answer: Answer): Promise<void> {
    const { offer } = work;
    const entry: SubmitEntry = {
      act: "submit",
      key: this.newKey(),
      scope: this.settings.scope,
      taskId: offer.task_id,
      leaseId: offer.lease_id,
      writtenAt: new Date().toISOString(),
      answer,
      seconds: work.time.seconds,
      offer,
    };
    this.seenLeases.add(offer.lease_id);
    this.expected.set(entry.key, 1); // this submit brings the task that takes this one's place
    this.remember({
      key: entry.key,
      offer,
      ontology: work.ontology,
      answer,
      annotationId: undefined,
      at: entry.writtenAt,
    });
    this.doneHere++;
    this.countDown();
    // the draft is struck out only when the answer is safe in its place: in the journal, or else with the server
    return this.outbox.add(entry).then(() => {
      if (!this.outbox.unsafe) this.forget(offer.lease_id);
    });
  }

  private revise(work: Work, done: Done, answer: Answer): Promise<void> {
    done.answer = answer;
    this.again.delete(done.key);
    const seconds = work.time.seconds;
    const annotationId = done.annotationId ?? this.outbox.annotationAfter(done.key);
    const amended = annotationId ? undefined : this.outbox.amend(done.key, { answer, seconds });
    if (amended) return amended;
    const entry = {
      key: this.newKey(),
      scope: this.settings.scope,
      taskId: done.offer.task_id,
      leaseId: done.offer.lease_id,
      writtenAt: new Date().toISOString(),
      answer,
      seconds,
      offer: done.offer,
    };
    if (annotationId || this.outbox.has(done.key))
      return this.outbox.add({
        ...entry,
        act: "revise",
        annotationId,
        after: annotationId ? undefined : done.key,
      });
    // the answer was refused and given up: there is nothing to revise, this is the first
    this.done = this.done.map((one) => (one === done ? { ...one, key: entry.key, answer } : one));
    return this.outbox.add({ ...entry, act: "submit" });
  }

  private onSubmitted(entry: SubmitEntry, reply: Submitted): void {
    const done = this.done.find((one) => one.key === entry.key);
    if (done) done.annotationId = reply.annotation.id;
    if (this.outbox.unsafe) this.forget(entry.leaseId);
    void this.receive(reply.tasks ?? [])
      .catch(() => undefined) // the claim that follows brings them again
      .then(() => this.fetchNow());
  }

  /** How many tasks this submit should bring. */
  private wanted(key: string): number {
    this.expected.delete(key);
    const coming = [...this.expected.values()].reduce((sum, count) => sum + count, 0);
    const missing = this.ahead + (this.current ? 0 : 1) - this.queue.length - coming;
    const next = Math.max(0, Math.min(missing, 10));
    if (next > 0) this.expected.set(key, next);
    return next;
  }

  private advance(): void {
    this.doneAt = -1;
    const next = this.parked ?? this.queue.shift() ?? null;
    this.parked = null;
    this.show(next);
    this.fetchNow();
  }

  /** With nothing to show, do not wait for the next time to ask. */
  private fetchNow(): void {
    if (!this.current) {
      clearTimeout(this.claimTimer);
      this.claimTimer = undefined;
    }
    this.fetchMore();
  }

  private advanceIfIdle(): void {
    if (!this.current) this.advance();
  }

  private show(work: Work | null): void {
    this.current?.time.pause();
    this.unwatch?.();
    this.unwatch = undefined;
    clearTimeout(this.localTimer);
    clearTimeout(this.remoteTimer);
    this.current = work;
    if (work) {
      work.time.touch();
      if (!work.revises) this.unwatch = work.state.subscribe(() => this.draftLater(work));
    }
    this.changed();
  }

  private remember(done: Done): void {
    this.done = [done, ...this.done].slice(0, rememberDone);
  }

  private countDown(): void {
    if (this.left !== null) this.left = Math.max(0, this.left - 1);
  }

  // Drafts ---------------------------------------------------------------------------------------------------

  private draftLater(work: Work): void {
    clearTimeout(this.localTimer);
    this.localTimer = setTimeout(() => this.hold(work), keepLocallyAfter);
    clearTimeout(this.remoteTimer);
    this.remoteTimer = setTimeout(() => {
      this.settings.transport
        .draft(work.offer.lease_id, work.state.final(), work.time.seconds)
        .catch(() => undefined); // the journal has it
    }, keepRemotelyAfter);
  }

  private keepDraft(): void {
    if (this.current && !this.current.revises && this.current.state.view().touched) this.hold(this.current);
  }

  private hold(work: Work): void {
    const held = {
      leaseId: work.offer.lease_id,
      scope: this.settings.scope,
      tab: this.settings.tab,
      offer: work.offer,
      // an answer taken up from an earlier page counts, touched or not; one that was emptied counts as empty
      answer: isBegun(work) || work.state.view().touched ? work.state.working : undefined,
      seconds: work.time.seconds,
    };
    this.settings.store.putHeld(held).catch(() => {
      this.outbox.unsafe = true;
      this.changed();
    });
  }

  private forget(leaseId: string): void {
    this.settings.store.dropHeld(leaseId).catch(() => undefined);
  }

  // Tasks in ---------------------------------------------------------------------------------------------------

  /** Every now and then: leases are kept alive, and what a page that died left behind is taken up. */
  private async tend(): Promise<void> {
    await Promise.all([
      this.renewAll(),
      this.adopt()
        .then(() => this.takeUp())
        .catch(() => undefined),
    ]);
    if (!this.stopped && !this.current && this.queue.length > 0) this.advance();
  }

  /** Answers that a page that died had not sent. */
  private async adopt(): Promise<void> {
    const fresh = await this.outbox.load();
    if (fresh.length === 0 || this.stopped) return;
    const leases = new Set(fresh.map((entry) => entry.leaseId));
    for (const lease of leases) this.seenLeases.add(lease);
    this.queue = this.queue.filter((work) => isBegun(work) || !leases.has(work.offer.lease_id));
    this.outbox.retry();
  }

  /** Tasks an earlier page of this person left in this browser, unless that page is still open. */
  private async takeUp(first = false): Promise<void> {
    const [held, live] = await Promise.all([
      this.settings.store.held(this.settings.scope),
      this.settings.liveTabs(),
    ]);
    for (const one of held) {
      if (one.tab === this.settings.tab ? !first : live.includes(one.tab)) continue;
      if (this.seenLeases.has(one.leaseId)) {
        if (first) this.forget(one.leaseId);
        continue;
      }
      const begun = one.answer !== undefined && Object.keys(one.answer).length > 0;
      const expired = Date.parse(one.offer.expires_at) < Date.now();
      if (expired && !begun) {
        this.forget(one.leaseId);
        continue;
      }
      this.seenLeases.add(one.leaseId);
      const ontology = await this.ontology(one.offer.ontology_version).catch(() => undefined);
      if (!ontology || this.stopped) {
        this.seenLeases.delete(one.leaseId);
        continue;
      }
      const work = workOn(one.offer, ontology, { answer: one.answer, seconds: one.seconds }, this.leaseMs);
      work.lapsed = expired;
      this.settings.prepare?.(one.offer);
      if (begun) this.queue.unshift(work);
      else this.queue.push(work);
      this.hold(work);
    }
    if (first) void this.renewAll(true);
  }

  /** Take the offers in; how many of them were new here. */
  private async receive(offers: readonly Offer[]): Promise<number> {
    const fresh = offers.filter((offer) => this.isNew(offer));
    for (const { lease_id } of fresh) {
      this.seenLeases.add(lease_id);
      this.arriving.add(lease_id);
    }
    const held = fresh.length > 0 ? await this.lookElsewhere() : new Map<string, Held>();
    let received = 0;
    for (const [at, offer] of fresh.entries()) {
      this.arriving.delete(offer.lease_id);
      if (this.elsewhere.includes(offer.lease_id)) {
        // another open page has it since we last looked
        this.seenLeases.delete(offer.lease_id);
        continue;
      }
      let ontology: Ontology;
      try {
        ontology = await this.ontology(offer.ontology_version);
      } catch (error) {
        for (const { lease_id } of fresh.slice(at)) {
          this.seenLeases.delete(lease_id);
          this.arriving.delete(lease_id);
        }
        throw error;
      }
      const seconds = offer.draft_seconds ?? 0;
      const begun = held.get(offer.lease_id);
      // a page that died may have kept more of the answer than it sent
      const start =
        begun?.answer && begun.seconds >= seconds
          ? { answer: begun.answer, seconds: begun.seconds }
          : { answer: undefined, seconds };
      const work = workOn(offer, ontology, start, this.leaseMs);
      received++;
      if (this.stopped) {
        if (isBegun(work)) this.hold(work);
        else this.giveBack(work);
        continue;
      }
      this.settings.prepare?.(offer);
      this.queue.push(work);
      this.hold(work);
      this.because = null;
      this.advanceIfIdle();
    }
    this.changed();
    return received;
  }

  /** A task that a reviewer returned comes under the lease it had before. */
  private isNew(offer: Offer): boolean {
    if (!this.seenLeases.has(offer.lease_id)) return true;
    if (!offer.returned || this.arriving.has(offer.lease_id)) return false;
    const here = [this.current, this.parked, ...this.queue];
    return (
      !here.some((work) => work?.key === offer.lease_id) &&
      !this.outbox.waiting.some((entry) => entry.taskId === offer.task_id)
    );
  }

  private ontology(version: number): Promise<Ontology> {
    let found = this.ontologies.get(version);
    if (!found) {
      found = this.settings.transport.ontology(version);
      this.ontologies.set(version, found);
      found.catch(() => this.ontologies.delete(version));
    }
    return found;
  }

  private fetchMore(): void {
    if (!this.started || this.stopped || this.claiming || this.claimTimer !== undefined || this.signedOut)
      return;
    const missing = this.ahead + (this.current ? 0 : 1) - this.queue.length;
    // a submit on its way brings tasks of its own; ask beside it only when there is nothing to show
    if (missing <= 0 || (this.expected.size > 0 && this.current)) return;
    this.claiming = true;
    this.lookElsewhere()
      .then(() => this.settings.transport.claim(missing, this.holding()))
      .then((claimed) => this.onClaimed(claimed, missing))
      .catch((error: unknown) => this.onClaimFailed(error))
      .finally(() => {
        this.claiming = false;
        this.changed();
      });
  }

  private holding(): readonly string[] {
    const works = [this.current, this.parked, ...this.queue];
    const own = works.flatMap((work) => (work && !work.revises ? [work.offer.lease_id] : []));
    const leaving = this.outbox.waiting.map((entry) => entry.leaseId);
    return [...new Set([...own, ...leaving, ...this.elsewhere])].filter(Boolean).slice(0, 100);
  }

  /** What the journal holds, by lease; and which of it other open pages work on. */
  private async lookElsewhere(): Promise<ReadonlyMap<string, Held>> {
    try {
      const [held, live] = await Promise.all([
        this.settings.store.held(this.settings.scope),
        this.settings.liveTabs(),
      ]);
      const others = held.filter((one) => one.tab !== this.settings.tab && live.includes(one.tab));
      this.elsewhere = others.map((one) => one.leaseId);
      return new Map(held.map((one) => [one.leaseId, one]));
    } catch {
      // without a journal there is no telling; the server still never gives a task to two people
      return new Map();
    }
  }

  private async onClaimed(claimed: Claimed, asked: number): Promise<void> {
    this.failure = null;
    this.outbox.reached();
    if (typeof claimed.left === "number") this.left = claimed.left;
    this.because = claimed.tasks.length > 0 ? null : (claimed.reason ?? "empty");
    const received = await this.receive(claimed.tasks);
    if (received < asked && !this.stopped) this.claimLater(askAgainAfter);
  }

  private onClaimFailed(caught: unknown): void {
    const error = asTransportError(caught);
    if (error.kind === "signed_out") this.signedOut = true;
    else {
      this.failure = error.kind === "away" ? null : error.message;
      this.outbox.away = error.kind === "away" || this.outbox.away;
      this.claimLater(error.kind === "away" ? 3_000 : askAgainAfter);
    }
  }

  private claimLater(after: number): void {
    clearTimeout(this.claimTimer);
    this.claimTimer = setTimeout(() => {
      this.claimTimer = undefined;
      this.fetchMore();
    }, after);
  }

  private async fetchDone(): Promise<void> {
    // what this browser has not sent yet, or is sending now, is newer than what the server says
    const given = new Map<string, Answer>();
    for (const entry of this.outbox.waiting) if (entry.act !== "skip") given.set(entry.taskId, entry.answer);
    try {
      const mine = await this.settings.transport.mine();
      for (const one of mine.slice(0, rememberDone)) {
        const version = one.ontology_version ?? (this.current ?? this.queue[0])?.offer.ontology_version;
        if (version === undefined) continue;
        // an answer is changed under the ontology it was given under: the server checks it against that one
        const ontology = await this.ontology(version);
        if (this.done.some((done) => done.annotationId === one.id || done.offer.task_id === one.task_id))
          continue;
        const offer: Offer = {
          task_id: one.task_id,
          lease_id: "",
          expires_at: one.created_at,
          ontology_version: version,
          item: one.item,
        };
        const answer = given.get(one.task_id) ?? one.answer;
        const { id: key, created_at: at } = one;
        this.done = [...this.done, { key, offer, ontology, answer, annotationId: key, at }];
      }
      this.changed();
    } catch {
      // going back to answers of earlier visits waits for the network
    }
  }

  // Leases -----------------------------------------------------------------------------------------------------

  private async renewAll(now = false): Promise<void> {
    const since = performance.now();
    const works = [this.current, this.parked, ...this.queue].filter(
      (work): work is Work => work !== null && !work.revises,
    );
    for (const work of works) {
      const age = since - work.leasedAt;
      if (age > work.leaseMs && !work.lapsed) this.lapse(work);
      const away = since - this.lastActive > work.leaseMs;
      if (away || work.lapsed || (!now && age < work.leaseMs / 3)) continue;
      try {
        const { expires_at } = await this.settings.transport.renew(work.offer.lease_id);
        work.leasedAt = performance.now();
        const expiresIn = Date.parse(expires_at) - Date.now();
        work.leaseMs = Math.min(Math.max(expiresIn || 0, 60_000), this.leaseMs);
      } catch (caught) {
        if (asTransportError(caught).kind === "refused") this.lapse(work);
      }
    }
  }

  /** The lease ran out. A task not yet begun goes; one with an answer stays, to be given in late. */
  private lapse(work: Work): void {
    work.lapsed = true;
    if (this.queue.includes(work) && !isBegun(work)) {
      this.queue = this.queue.filter((one) => one !== work);
      this.forget(work.offer.lease_id);
      this.fetchMore();
    }
    this.changed();
  }

  private giveBack(work: Work): void {
    this.forget(work.offer.lease_id);
    this.settings.transport.release(work.offer.lease_id).catch(() => undefined); // it runs out by itself
  }

  // View -------------------------------------------------------------------------------------------------------

  private changed(): void {
    this.seen = this.look();
    for (const listener of this.listeners) listener();
  }

  private phase(): Phase {
    if (this.signedOut || this.outbox.signedOut) return "signed_out";
    if (this.current) return "working";
    if (!this.started) return "starting";
    if (this.failure) return "failed";
    return this.because && !this.claiming ? "nothing" : "fetching";
  }

  private look(): LoopView {
    return {
      phase: this.phase(),
      work: this.current,
      ready: this.queue.length,
      left: this.left,
      because: this.because,
      failure: this.failure,
      waiting: this.outbox.waiting.length,
      refused: this.outbox.refused,
      away: this.outbox.away,
      unsafe: this.outbox.unsafe,
      lapsed: this.current?.lapsed ?? false,
      doneHere: this.doneHere,
      done: this.done,
      canGoBack: this.doneAt + 1 < this.done.length,
      canGoForward: this.doneAt >= 0,
    };
  }
}

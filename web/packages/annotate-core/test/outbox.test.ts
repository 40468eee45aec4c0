import { IDBFactory } from "fake-indexeddb";
import "fake-indexeddb/auto";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  byTime,
  type Entry,
  IndexedDbStore,
  isFree,
  type JournalStore,
  MemoryStore,
  type Offer,
  Outbox,
  type ReviseEntry,
  type SubmitEntry,
  type Transport,
  TransportError,
} from "../src/index";

const offer = (task: string): Offer => ({
  task_id: task,
  lease_id: `L${task}`,
  expires_at: "2026-01-01T12:00:00.000Z",
  ontology_version: 1,
  item: { id: task, data: {} },
});
const says = (text: string) => ({ why: { text } });
const base = (task: string, key: string, text: string, at = "2026-01-01T10:00:00.000Z") => ({
  key,
  scope: "scope",
  taskId: task,
  leaseId: `L${task}`,
  writtenAt: at,
  answer: says(text),
  seconds: 1,
  offer: offer(task),
});
const submit = (...args: Parameters<typeof base>): SubmitEntry => ({ ...base(...args), act: "submit" });
const revise = (
  to: { annotationId?: string; after?: string },
  ...args: Parameters<typeof base>
): ReviseEntry => ({ ...base(...args), act: "revise", annotationId: to.annotationId, after: to.after });

/** What the server keeps: one answer per key; what arrives last is what the person says now; "bad" answers are refused. */
class Server {
  readonly heard = new Map<string, { key: string; text: string }[]>();

  submit(body: { lease_id: string; answer: unknown; client_key: string }) {
    const task = body.lease_id.slice(1);
    const known = this.keep(task, body.client_key, body.answer, true);
    return { annotation: { id: `A${task}`, task_id: task, revision: known, created_at: "" } };
  }
  revise(annotation: string, body: { answer: unknown; client_key: string }): void {
    const task = annotation.slice(1);
    if (!this.heard.has(task)) throw new TransportError("refused", "not_found", "no such annotation");
    this.keep(task, body.client_key, body.answer, false);
  }
  now(task: string): string | undefined {
    return this.heard.get(task)?.at(-1)?.text;
  }
  private keep(task: string, key: string, answer: unknown, first: boolean): number {
    const { text } = (answer as { why: { text: string } }).why;
    const heard = this.heard.get(task) ?? [];
    const same = heard.find((one) => one.key === key);
    if (same && same.text !== text) throw new TransportError("refused", "key_reused", "another answer");
    if (same) return heard.length;
    if (first && heard.length > 0) throw new TransportError("refused", "lease_gone", "answered already");
    if (text.startsWith("bad")) throw new TransportError("refused", "answer_invalid", "no");
    this.heard.set(task, [...heard, { key, text }]);
    return heard.length + 1;
  }
}

/** Requests wait here until the test lets them through. */
class Wire {
  readonly open: { line: string; page: string; go: (fate: "through" | "lost" | "never") => void }[] = [];
  readonly sent: string[] = [];

  constructor(readonly server: Server) {}

  transport(page = ""): Transport {
    const carry = <T>(line: string, act: () => T): Promise<T> =>
      new Promise((resolve, reject) => {
        this.sent.push(line);
        const away = () => reject(new TransportError("away", "network", "no network"));
        const request = {
          line,
          page,
          go: (fate: "through" | "lost" | "never") => {
            this.open.splice(this.open.indexOf(request), 1);
            if (fate === "never") return away();
            try {
              const reply = act();
              if (fate === "lost") away();
              else resolve(reply);
            } catch (error) {
              if (fate === "lost") away();
              else reject(error);
            }
          },
        };
        this.open.push(request);
      });
    const text = (answer: unknown) => (answer as { why: { text: string } }).why.text;
    return {
      submit: (body: Parameters<Transport["submit"]>[0]) =>
        carry(`submit ${text(body.answer)}`, () => this.server.submit(body)),
      revise: (annotation: string, body: Parameters<Transport["revise"]>[1]) =>
        carry(`revise ${text(body.answer)}`, () => this.server.revise(annotation, body)),
      skip: (lease: string) => carry(`skip ${lease}`, () => undefined),
    } as unknown as Transport;
  }
  async go(fate: "through" | "lost" | "never" = "through", at = 0): Promise<void> {
    await rest();
    this.open[at]?.go(fate);
    await rest();
  }
}

const rest = () => vi.advanceTimersByTimeAsync(0);
const box = (wire: Wire, store: JournalStore, tab = "one", live: () => string[] = () => [tab]) =>
  new Outbox({
    store,
    transport: wire.transport(tab),
    scope: "scope",
    tab,
    liveTabs: async () => live(),
    hooks: {
      next: () => 0,
      settled: () => undefined,
      submitted: () => undefined,
      holding: () => [],
      changed: () => undefined,
    },
  });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the acts on one task leave in the order they were given", () => {
  it("after a reload too", async () => {
    const wire = new Wire(new Server());
    const store = new MemoryStore();
    for (const [at, entry] of [
      submit("0", "s", "one"),
      revise({ after: "s" }, "0", "r1", "two"),
      revise({ after: "s" }, "0", "r2", "three"),
    ].entries())
      await store.putEntry({ ...entry, writtenAt: `2026-01-01T10:00:0${at}.000Z` });
    const outbox = box(wire, store);
    await outbox.load();
    outbox.retry();
    for (let step = 0; step < 3; step++) {
      await rest();
      expect(wire.open.length).toBe(1);
      await wire.go();
    }
    expect(wire.sent).toEqual(["submit one", "revise two", "revise three"]);
    expect(outbox.waiting).toEqual([]);
  });

  it("a revision whose sending failed is not overtaken by a later one", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const outbox = box(wire, new MemoryStore());
    await outbox.add(revise({ annotationId: "A0" }, "0", "r1", "two"));
    await outbox.add(revise({ annotationId: "A0" }, "0", "r2", "three"));
    await rest();
    await wire.go("never");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(wire.open.map(({ line }) => line)).toEqual(["revise two"]);
    await wire.go("lost");
    await vi.advanceTimersByTimeAsync(60_000);
    await wire.go();
    await wire.go();
    expect(server.now("0")).toBe("three");
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  });

  it("whatever the clock says", async () => {
    const wire = new Wire(new Server());
    const store = new MemoryStore();
    const before = box(wire, store);
    await before.add(submit("0", "s", "one", "2026-01-01T10:00:05.000Z"));
    await before.add(revise({ after: "s" }, "0", "r1", "two", "2026-01-01T10:00:05.000Z"));
    await before.add(revise({ after: "s" }, "0", "r2", "three", "2026-01-01T09:00:00.000Z"));
    const outbox = box(wire, store, "two");
    await outbox.load();
    expect(outbox.waiting.map((entry) => entry.key)).toEqual(["s", "r1", "r2"]);
  });

  it("and other tasks do not wait for it, not even behind three that never get through", async () => {
    const wire = new Wire(new Server());
    const outbox = box(wire, new MemoryStore());
    for (const task of ["0", "1", "2", "3", "4"]) await outbox.add(submit(task, `s${task}`, `of ${task}`));
    for (let round = 0; round < 4; round++) {
      for (const { line, go } of [...wire.open])
        go(Number(line.slice("submit of ".length)) < 3 ? "never" : "through");
      await vi.advanceTimersByTimeAsync(31_000);
    }
    expect(wire.server.now("3")).toBe("of 3");
    expect(wire.server.now("4")).toBe("of 4");
  });
});

describe("revisions behind a submit", () => {
  it("are tied to its annotation, each in its own place, while others are struck out", async () => {
    const server = new Server();
    const wire = new Wire(server);
    const store = new MemoryStore();
    const puts: (() => void)[] = [];
    const put = store.putEntry.bind(store);
    const outbox = box(wire, store);
    await outbox.add(submit("9", "other", "of nine"));
    await outbox.add(submit("0", "s", "one"));
    await outbox.add(revise({ after: "s" }, "0", "r1", "two"));
    await outbox.add(revise({ after: "s" }, "0", "r2", "three"));
    await outbox.add(submit("8", "last", "of eight"));
    store.putEntry = (entry) => new Promise((resolve) => puts.push(() => resolve(put(entry))));
    await wire.go("through", 1); // the reply of "s": the revisions are written down with their annotation
    await wire.go("through", 0); // meanwhile "other" is acknowledged and struck out
    for (const write of puts.splice(0)) write();
    await rest();
    for (const write of puts.splice(0)) write();
    await rest();
    expect(outbox.waiting.map(({ key }) => key)).toEqual(["r1", "r2", "last"]);
    while (wire.open.length > 0) await wire.go();
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    expect(server.now("8")).toBe("of eight");
    expect(outbox.waiting).toEqual([]);
  });

  it("take the place of an answer that is refused, the latest of them last", async () => {
    const server = new Server();
    const wire = new Wire(server);
    const outbox = box(wire, new MemoryStore());
    await outbox.add(submit("0", "s", "bad one"));
    await outbox.add(revise({ after: "s" }, "0", "r1", "bad two"));
    await outbox.add(revise({ after: "s" }, "0", "r2", "three"));
    for (let step = 0; step < 4; step++) await wire.go();
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["three"]);
    expect([outbox.waiting, outbox.refused]).toEqual([[], []]);
  });

  it("are not struck out before their answer stands in the journal in its new place", async () => {
    const wire = new Wire(new Server());
    const store = new SlowStore();
    const outbox = box(wire, store);
    const disk = async () => {
      for (; store.queue.length > 0; await rest()) store.queue.shift()?.run();
    };
    void outbox.add(submit("0", "s", "bad one"));
    void outbox.add(revise({ after: "s" }, "0", "r1", "two"));
    await disk();
    await wire.go();
    for (; store.queue.length > 0; await rest()) {
      // the page may end here
      expect([...store.kept.values()].map((entry) => "answer" in entry && entry.answer)).toContainEqual(
        says("two"),
      );
      store.queue.shift()?.run();
    }
    expect(wire.open.map(({ line }) => line)).toEqual(["submit two"]);
  });

  it("are not passed by a change of the answer before them", async () => {
    const server = new Server();
    const wire = new Wire(server);
    const outbox = box(wire, new MemoryStore());
    await outbox.add(submit("0", "s", "bad one"));
    await outbox.add(revise({ after: "s" }, "0", "r1", "bad two"));
    await outbox.add(revise({ after: "s" }, "0", "r2", "three"));
    wire.open[0]?.go("through");
    await Promise.resolve(); // "s" is refused, "r1" is about to take its place
    await Promise.resolve();
    expect(outbox.amend("s", { answer: says("four"), seconds: 1 })).toBeUndefined();
    await outbox.add(revise({ after: "s" }, "0", "r3", "four"));
    for (let step = 0; step < 4; step++) await wire.go();
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["three", "four"]);
  });

  it("are not changed under their key once they may have left", async () => {
    const wire = new Wire(new Server());
    const store = new MemoryStore();
    await store.putEntry(submit("0", "s", "one"));
    const outbox = box(wire, store);
    await outbox.load();
    expect(outbox.amend("s", { answer: says("two"), seconds: 1 })).toBeUndefined();
  });

  it("and one of them that is refused gives way to a later one", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const store = new MemoryStore();
    const outbox = box(wire, store);
    await outbox.add(revise({ annotationId: "A0" }, "0", "r1", "bad two"));
    await outbox.add(revise({ annotationId: "A0" }, "0", "r2", "three"));
    await wire.go();
    await wire.go();
    expect(server.now("0")).toBe("three");
    expect([outbox.waiting, outbox.refused]).toEqual([[], []]);
    expect(await store.takeEntries("scope", "two", [])).toEqual([]);
  });

  it("reach the server though the submit is no longer in the journal", async () => {
    const wire = new Wire(new Server());
    const store = new MemoryStore();
    await store.putEntry(revise({ after: "gone" }, "0", "r1", "two", "2026-01-01T10:00:01.000Z"));
    await store.putEntry(revise({ after: "gone" }, "0", "r2", "three", "2026-01-01T10:00:02.000Z"));
    const outbox = box(wire, store);
    await outbox.load();
    outbox.retry();
    await wire.go();
    await wire.go();
    expect(wire.sent).toEqual(["submit two", "revise three"]);
    expect(outbox.waiting).toEqual([]);
  });

  it("a new answer to the task ends an older one that was refused", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const outbox = box(wire, new MemoryStore());
    await outbox.add(revise({ annotationId: "A0" }, "0", "r1", "bad two"));
    await wire.go();
    expect(outbox.refused.length).toBe(1);
    await outbox.add(revise({ annotationId: "A0" }, "0", "r2", "three"));
    expect(outbox.refused).toEqual([]);
    await wire.go();
    expect(server.now("0")).toBe("three");
  });
});

describe("pages", () => {
  it("leave each other's answers alone, and take over those of a page that is gone", async () => {
    const wire = new Wire(new Server());
    const store = new MemoryStore();
    const live = ["one", "two"];
    const one = box(wire, store, "one", () => live);
    const two = box(wire, store, "two", () => live);
    await one.add(submit("0", "s", "one"));
    await two.load();
    expect(two.waiting).toEqual([]);
    live.shift();
    await two.load();
    expect(two.waiting.map(({ key }) => key)).toEqual(["s"]);
    expect(await store.takeEntries("scope", "three", ["two", "three"])).toEqual([]);
  });

  it("send what a dead page said before what they said themselves", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const store = new MemoryStore();
    const live = ["one", "two"];
    await box(wire, store, "one", () => live).add(
      revise({ annotationId: "A0" }, "0", "r1", "two", "2026-01-01T10:00:01.000Z"),
    );
    const two = box(wire, store, "two", () => live);
    await two.add(revise({ annotationId: "A0" }, "0", "r2", "three", "2026-01-01T10:00:02.000Z"));
    live.shift();
    await rest();
    wire.open.length = 0; // the first page is closed, and so is its request
    await two.load();
    two.retry();
    for (let step = 0; step < 3; step++) {
      await vi.advanceTimersByTimeAsync(2_000);
      await wire.go();
    }
    expect(two.waiting).toEqual([]);
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  });

  it("send nothing older than what they have sent", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const store = new MemoryStore();
    const two = box(wire, store, "two");
    await two.add(revise({ annotationId: "A0" }, "0", "r2", "three", "2026-01-01T10:00:02.000Z"));
    await wire.go();
    await store.putEntry(revise({ annotationId: "A0" }, "0", "r1", "two", "2026-01-01T10:00:01.000Z"));
    await two.load();
    two.retry();
    await wire.go();
    expect(two.waiting).toEqual([]);
    expect(server.now("0")).toBe("three");
  });

  it("wait for one another when they change the same answer", async () => {
    const server = new Server();
    server.heard.set("0", [{ key: "s", text: "one" }]);
    const wire = new Wire(server);
    const store = new MemoryStore();
    const live = ["one", "two"];
    const one = box(wire, store, "one", () => live);
    const two = box(wire, store, "two", () => live);
    await one.add(revise({ annotationId: "A0" }, "0", "r1", "two", "2026-01-01T10:00:01.000Z"));
    await rest();
    await wire.go("never"); // the first page will try again in a while
    await two.add(revise({ annotationId: "A0" }, "0", "r2", "three", "2026-01-01T10:00:02.000Z"));
    for (let step = 0; step < 5; step++) {
      await vi.advanceTimersByTimeAsync(2_000);
      await wire.go();
    }
    expect(server.heard.get("0")?.map(({ text }) => text)).toEqual(["one", "two", "three"]);
    expect([one.waiting, two.waiting]).toEqual([[], []]);
  });

  it("that are left send what they were given a moment ago", async () => {
    const wire = new Wire(new Server());
    const outbox = box(wire, new MemoryStore());
    const written = outbox.add(submit("0", "s", "one"));
    outbox.stop();
    await written;
    await wire.go();
    expect(wire.server.now("0")).toBe("one");
  });

  it("that are left do not knock again at a door that is closed", async () => {
    const wire = new Wire(new Server());
    const outbox = box(wire, new MemoryStore());
    await outbox.add(submit("0", "s", "one"));
    outbox.stop();
    await wire.go("never");
    await vi.advanceTimersByTimeAsync(120_000);
    expect(wire.sent.length).toBe(1);
    await outbox.add(submit("1", "t", "bad"));
    expect(wire.sent.length).toBe(1);
  });
});

describe("the browser's database", () => {
  it("gives the entries of a dead page to one page alone, in the order they were given", async () => {
    vi.useRealTimers();
    const factory = new IDBFactory();
    const open = () => IndexedDbStore.open(factory);
    const [first, second, third] = [await open(), await open(), await open()];
    const at = (second: number) => `2026-01-01T10:00:0${second}.000Z`;
    await first.putEntry({ ...submit("0", "z", "one", at(1)), tab: "one" });
    await first.putEntry({ ...revise({ after: "z" }, "0", "a", "two", at(2)), tab: "one" });
    await first.putEntry(submit("1", "m", "of an older version", at(0)));
    expect((await second.takeEntries("scope", "two", ["one", "two"])).map(({ key }) => key)).toEqual(["m"]);
    expect(await second.takeEntries("elsewhere", "two", ["two"])).toEqual([]);
    const taken = await Promise.all([
      second.takeEntries("scope", "two", ["two", "three"]),
      third.takeEntries("scope", "three", ["two", "three"]),
    ]);
    expect(taken.map((entries) => entries.map(({ key }) => key))).toEqual([["m", "z", "a"], []]);
    expect((await third.entries("scope")).map(({ key, tab }) => [key, tab])).toEqual([
      ["m", "two"],
      ["z", "two"],
      ["a", "two"],
    ]);
  });
});

/** The browser's database: one thing after another, for all pages; what a page that dies had not written is gone. */
class SlowStore implements JournalStore {
  readonly kept = new Map<string, Entry>();
  readonly queue: { page: string; run: () => void }[] = [];

  of(page: string): JournalStore {
    const later = <T>(act: () => T): Promise<T> =>
      new Promise((resolve) => this.queue.push({ page, run: () => resolve(act()) }));
    return {
      entries: () => later(() => [...this.kept.values()].sort(byTime)),
      takeEntries: (_scope, tab, live) =>
        later(() => {
          const own = [...this.kept.values()]
            .filter((entry) => isFree(entry, tab, live))
            .map((entry) => ({ ...entry, tab }));
          for (const entry of own) this.kept.set(entry.key, entry);
          return own.sort(byTime);
        }),
      putEntry: (entry) =>
        later(() => {
          this.kept.set(entry.key, entry);
        }),
      dropEntry: (key) =>
        later(() => {
          this.kept.delete(key);
        }),
      held: async () => [],
      putHeld: async () => undefined,
      dropHeld: async () => undefined,
    };
  }
  entries = this.of("").entries;
  takeEntries = this.of("").takeEntries;
  putEntry = this.of("").putEntry;
  dropEntry = this.of("").dropEntry;
  held = this.of("").held;
  putHeld = this.of("").putHeld;
  dropHeld = this.of("").dropHeld;
}

interface Said {
  text: string;
  /** In the journal for certain: from now on it cannot be lost. */
  safe: boolean;
  page: string;
}

/** A person at work in several pages, some of which die: what they say of each task, and in which order. */
class Life {
  readonly server = new Server();
  readonly wire = new Wire(this.server);
  readonly store = new SlowStore();
  readonly said = new Map<string, Said[]>();
  /** What the page can come back to: the key of its submit. */
  readonly pages = new Map<string, { outbox: Outbox; submits: Map<string, string> }>();
  private made = 0;

  open(): void {
    const tab = `page${this.made++}`;
    const outbox = box(this.wire, this.store.of(tab), tab, () => [...this.pages.keys()]);
    this.pages.set(tab, { outbox, submits: new Map() });
    void outbox.load().then(() => outbox.retry());
  }

  page(pick: number): [string, { outbox: Outbox; submits: Map<string, string> }] {
    const all = [...this.pages.entries()];
    return all[pick % all.length] as (typeof all)[number];
  }

  answer(pick: number, bad: boolean): void {
    const [tab, page] = this.page(pick);
    const task = String(this.said.size);
    const key = `k${this.made++}`;
    page.submits.set(task, key);
    this.note(task, tab, bad, (text) => page.outbox.add(submit(task, key, text, new Date().toISOString())));
  }

  async revise(pick: number, which: number, bad: boolean): Promise<void> {
    const [tab, { outbox, submits }] = this.page(pick);
    const tasks = [...this.said.keys()].filter((task) => submits.has(task) || this.server.heard.has(task));
    const task = tasks[which % tasks.length];
    if (task === undefined) return;
    // nobody changes from page to page faster than the disk writes
    if (this.said.get(task)?.at(-1)?.page !== tab) while (this.store.queue.length > 0) await this.disk();
    const after = submits.get(task);
    this.note(task, tab, bad, (text) => {
      const known = after === undefined ? `A${task}` : outbox.annotationAfter(after);
      const change = { answer: says(text), seconds: 1 };
      const amended = known || after === undefined ? undefined : outbox.amend(after, change);
      if (amended) return amended;
      const to = known ? { annotationId: known } : { after: after as string };
      return outbox.add(revise(to, task, `k${this.made++}`, text, new Date().toISOString()));
    });
  }

  die(pick: number): void {
    const [tab] = this.page(pick);
    this.pages.delete(tab);
    for (const one of this.store.queue.filter(({ page }) => page === tab))
      this.store.queue.splice(this.store.queue.indexOf(one), 1);
    // its requests may be on the wire still; nobody hears the replies, and nobody tries again
    this.deadOutboxes.add(tab);
    if (this.pages.size === 0) this.open();
  }
  readonly deadOutboxes = new Set<string>();

  async network(pick: number, fate: "through" | "lost" | "never"): Promise<void> {
    const request = this.wire.open[pick % Math.max(1, this.wire.open.length)];
    if (!request) return;
    request.go(fate);
    await rest();
    this.silence();
  }

  /** Dead pages do nothing: take back what they would still do. */
  silence(): void {
    for (const one of this.store.queue.filter(({ page }) => this.deadOutboxes.has(page)))
      this.store.queue.splice(this.store.queue.indexOf(one), 1);
  }

  async disk(): Promise<void> {
    this.store.queue.shift()?.run();
    await rest();
    this.silence();
  }

  async quiet(): Promise<void> {
    for (let round = 0; round < 400; round++) {
      if (this.store.queue.length > 0) await this.disk();
      else if (this.wire.open.length > 0) await this.network(0, "through");
      else {
        for (const { outbox } of this.pages.values()) void outbox.load().then(() => outbox.retry());
        await vi.advanceTimersByTimeAsync(31_000);
      }
      this.silence();
    }
  }

  private note(task: string, page: string, bad: boolean, act: (text: string) => Promise<void>): void {
    const texts = this.said.get(task) ?? [];
    vi.setSystemTime(Date.now() + 2);
    const said: Said = { text: `${bad ? "bad " : ""}${task}.${texts.length}`, safe: false, page };
    this.said.set(task, [...texts, said]);
    void act(said.text).then(() => {
      if (!this.deadOutboxes.has(page)) said.safe = true;
    });
  }
}

const step = fc.oneof(
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("answer" as const), pick: fc.nat(9), bad: rarely() }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      act: fc.constant("revise" as const),
      pick: fc.nat(9),
      which: fc.nat(9),
      bad: rarely(),
    }),
  },
  { weight: 8, arbitrary: fc.record({ act: fc.constant("disk" as const) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      act: fc.constant("network" as const),
      pick: fc.nat(9),
      fate: fc.constantFrom("through" as const, "through" as const, "lost" as const, "never" as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("open" as const) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("die" as const), pick: fc.nat(9) }) },
  { weight: 2, arbitrary: fc.record({ act: fc.constant("wait" as const), ms: fc.nat(40_000) }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("load" as const), pick: fc.nat(9) }) },
);
function rarely() {
  return fc.nat(4).map((n) => n === 0);
}

/** A page takes over what comes before a revision of its own, while it looks whether another page has such. */
const takenOverMeanwhile: [(typeof step extends fc.Arbitrary<infer T> ? T : never)[]][] = [
  [
    [
      { act: "answer", pick: 0, bad: false },
      { act: "open" },
      { act: "open" },
      { act: "disk" },
      { act: "network", pick: 0, fate: "through" },
      { act: "revise", pick: 0, which: 0, bad: true },
      { act: "revise", pick: 0, which: 0, bad: false },
      { act: "wait", ms: 0 },
      { act: "disk" },
      { act: "answer", pick: 0, bad: true },
      { act: "revise", pick: 4, which: 0, bad: false },
      { act: "disk" },
      { act: "network", pick: 0, fate: "through" },
      { act: "die", pick: 0 },
      { act: "disk" },
    ],
  ],
];

describe("whatever happens between", () => {
  it("the server ends with what the person said last of each task, and heard it in order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 90 }), async (steps) => {
        const life = new Life();
        life.open();
        for (const one of steps) {
          if (one.act === "answer") life.answer(one.pick, one.bad);
          else if (one.act === "revise") await life.revise(one.pick, one.which, one.bad);
          else if (one.act === "disk") await life.disk();
          else if (one.act === "network") await life.network(one.pick, one.fate);
          else if (one.act === "open") life.open();
          else if (one.act === "die") life.die(one.pick);
          else if (one.act === "wait") await vi.advanceTimersByTimeAsync(one.ms);
          else void life.page(one.pick)[1].outbox.load();
          await rest();
          life.silence();
        }
        await life.quiet();
        const left = [...life.pages.values()].flatMap(({ outbox }) => [...outbox.waiting]);
        expect(left).toEqual([]);
        for (const [task, said] of life.said) {
          const order = (life.server.heard.get(task) ?? []).map(({ text }) =>
            said.findIndex((one) => one.text === text),
          );
          expect(order).toEqual([...order].sort((a, b) => a - b));
          const refused = [...life.pages.values()]
            .flatMap(({ outbox }) => [...outbox.refused])
            .flatMap((entry) => (entry.act !== "skip" && entry.taskId === task ? [entry.answer] : []))
            .map((answer) => (answer as { why: { text: string } }).why.text);
          // what the server has or the person is shown as refused is the last that was safe, or was said after it
          const lastSafe = said.findLastIndex((one) => one.safe);
          const kept = [...refused, life.server.now(task)].map((text) =>
            said.findIndex((one) => one.text === text),
          );
          expect(Math.max(...kept)).toBeGreaterThanOrEqual(lastSafe);
          const refusedGood = refused.filter((text) => !text.startsWith("bad"));
          expect(refusedGood).toEqual([]);
        }
      }),
      { numRuns: 300, includeErrorInReport: true, examples: takenOverMeanwhile },
    );
  }, 60_000);
});

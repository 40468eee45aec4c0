import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  IndexedDbStore,
  type JournalStore,
  MemoryStore,
  type Mine,
  type Offer,
  type Ontology,
  TaskLoop,
  type Transport,
  TransportError,
} from "../src/index";

const ontology: Ontology = { fields: [{ name: "text" }], questions: [{ name: "why", kind: "text" }] };

/** A server small enough to read: tasks are numbered, a lease is `L<task>`, the same key gives the same annotation. */
class Server implements Transport {
  readonly answers = new Map<string, { key: string; answer: unknown; revision: number }>();
  readonly skipped: string[] = [];
  readonly drafts = new Map<string, unknown>();
  readonly released: string[] = [];
  readonly renewed: string[] = [];
  calls = 0;
  given = 0;
  wall: TransportError | undefined;
  loseReply = false;
  delay = 0;
  /** Offers to give before any other. */
  again: Offer[] = [];
  own: Mine[] = [];

  constructor(readonly total: number) {}

  private async reached(): Promise<void> {
    this.calls++;
    if (this.delay) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (this.wall) throw this.wall;
  }
  private offers(limit: number): Offer[] {
    const offers: Offer[] = this.again.splice(0, limit);
    while (offers.length < limit && this.given < this.total) {
      const id = String(this.given++);
      offers.push({
        task_id: id,
        lease_id: `L${id}`,
        expires_at: new Date(Date.now() + 600_000).toISOString(),
        ontology_version: 1,
        item: { id, data: { text: `item ${id}` } },
      });
    }
    return offers;
  }
  async ontology(version: number) {
    await this.reached();
    return { ...ontology, questions: [{ name: "why", kind: "text", title: `of ${version}` }] } as Ontology;
  }
  async claim(limit: number) {
    await this.reached();
    const tasks = this.offers(limit);
    return { tasks, left: this.total - this.answers.size, reason: tasks.length ? null : ("empty" as const) };
  }
  async renew(lease: string) {
    await this.reached();
    this.renewed.push(lease);
    return { expires_at: new Date(Date.now() + 600_000).toISOString() };
  }
  async release(lease: string) {
    this.released.push(lease);
  }
  async skip(lease: string) {
    await this.reached();
    this.skipped.push(lease);
  }
  async draft(lease: string, answer: unknown) {
    await this.reached();
    this.drafts.set(lease, answer);
  }
  async submit(body: { lease_id: string; answer: unknown; client_key: string; next: number }) {
    await this.reached();
    const task = body.lease_id.slice(1);
    const before = this.answers.get(task);
    if (before && before.key !== body.client_key)
      throw new TransportError("refused", "already_answered", "twice");
    this.answers.set(task, { key: body.client_key, answer: body.answer, revision: 1 });
    if (this.loseReply) throw new TransportError("away", "network", "the reply was lost");
    return {
      annotation: { id: `A${task}`, task_id: task, revision: 1, created_at: new Date().toISOString() },
      tasks: this.offers(body.next),
    };
  }
  async revise(annotation: string, body: { answer: unknown; client_key: string }) {
    await this.reached();
    const held = this.answers.get(annotation.slice(1));
    if (!held) throw new TransportError("refused", "not_found", "no such annotation");
    held.answer = body.answer;
    held.revision++;
  }
  async mine() {
    return this.own;
  }
}

let keys = 0;
const loopOn = (server: Server, store: JournalStore, tab = "tab", live: string[] = [tab]) =>
  new TaskLoop({
    transport: server,
    store,
    scope: "t/p/x",
    tab,
    liveTabs: async () => live,
    newKey: () => `key${keys++}`,
  });
const rest = () => vi.advanceTimersByTimeAsync(0);
const say = (loop: TaskLoop, text: string) => loop.view().work?.state.set("why", { text });

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the loop", () => {
  it("shows the next task before the network has said a word", async () => {
    const server = new Server(20);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    expect(loop.view().work?.offer.task_id).toBe("0");
    expect(loop.view().ready).toBe(3);
    server.delay = 300;
    say(loop, "first");
    const written = loop.submit();
    expect(loop.view().work?.offer.task_id).toBe("1");
    expect(server.answers.size).toBe(0);
    await written;
    await vi.advanceTimersByTimeAsync(400);
    expect(server.answers.get("0")?.answer).toEqual({ why: { text: "first" } });
    expect(loop.view()).toMatchObject({ waiting: 0, ready: 3, doneHere: 1 });
    loop.stop();
  });

  it("works through everything, once each, and then says there is nothing left", async () => {
    const server = new Server(25);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    for (let step = 0; step < 25; step++) {
      say(loop, `answer ${step}`);
      await loop.submit();
      await vi.advanceTimersByTimeAsync(50);
    }
    await vi.advanceTimersByTimeAsync(20_000);
    expect(server.answers.size).toBe(25);
    expect(loop.view()).toMatchObject({ phase: "nothing", because: "empty", doneHere: 25 });
    loop.stop();
  });

  it("goes back, revises, and returns to the task at hand with its draft", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    say(loop, "zero");
    await loop.submit();
    await rest();
    say(loop, "one, half wri");
    loop.back();
    expect(loop.view().work?.revises?.offer.task_id).toBe("0");
    expect(loop.view().work?.state.value("why")).toEqual({ text: "zero" });
    say(loop, "zero, better");
    await loop.submit();
    await rest();
    expect(server.answers.get("0")).toMatchObject({ answer: { why: { text: "zero, better" } }, revision: 2 });
    expect(loop.view().work?.offer.task_id).toBe("1");
    expect(loop.view().work?.state.value("why")).toEqual({ text: "one, half wri" });
    loop.stop();
  });

  it("changes an answer that has not left yet, and revises one that may have", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.wall = new TransportError("away", "network", "no network");
    for (const text of ["zero", "one"]) {
      say(loop, text);
      await loop.submit();
      await rest();
    }
    loop.back(); // "one" has not been sent, the network was known to be away
    say(loop, "one, better");
    await loop.submit();
    expect(loop.view().waiting).toBe(2);
    loop.back();
    loop.back(); // "zero" was sent once, and nobody knows whether it arrived
    say(loop, "zero, better");
    await loop.submit();
    expect(loop.view().waiting).toBe(3);
    server.wall = undefined;
    loop.retry();
    await vi.advanceTimersByTimeAsync(100);
    expect(loop.view().waiting).toBe(0);
    expect(server.answers.get("0")).toMatchObject({ answer: { why: { text: "zero, better" } }, revision: 2 });
    expect(server.answers.get("1")).toMatchObject({ answer: { why: { text: "one, better" } }, revision: 1 });
    loop.stop();
  });

  it("skips with a reason and goes on", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    await loop.skip("unclear");
    await rest();
    expect(server.skipped).toEqual(["L0"]);
    expect(loop.view().work?.offer.task_id).toBe("1");
    loop.stop();
  });
});

describe("nothing is lost", () => {
  it("keeps answers through a lost network and sends them when it comes back", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.wall = new TransportError("away", "network", "no network");
    for (const text of ["a", "b", "c"]) {
      say(loop, text);
      await loop.submit();
    }
    await rest();
    expect(loop.view()).toMatchObject({ waiting: 3, away: true });
    server.wall = undefined;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(loop.view()).toMatchObject({ waiting: 0, away: false });
    expect(server.answers.size).toBe(3);
    loop.stop();
  });

  it("sends again when the reply was lost, and the server has the answer once", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.loseReply = true;
    say(loop, "a");
    await loop.submit();
    await rest();
    expect(loop.view().waiting).toBe(1);
    server.loseReply = false;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(loop.view().waiting).toBe(0);
    expect([...server.answers.values()].map(({ revision }) => revision)).toEqual([1]);
    loop.stop();
  });

  it("replays the journal and takes up the half-written task after a crash", async () => {
    vi.useRealTimers();
    const factory = new IDBFactory();
    const server = new Server(10);
    const first = loopOn(server, await IndexedDbStore.open(factory), "one");
    await first.start();
    await vi.waitFor(() => expect(first.view().ready).toBe(3));
    server.wall = new TransportError("away", "network", "no network");
    say(first, "given, not sent");
    await first.submit();
    say(first, "half wri");
    await new Promise((resolve) => setTimeout(resolve, 300)); // the local draft is written
    // the page dies here: no stop(), the tab is gone
    server.wall = undefined;
    const second = loopOn(server, await IndexedDbStore.open(factory), "two", ["two"]);
    await second.start();
    await vi.waitFor(() => expect(second.view().waiting).toBe(0));
    expect(server.answers.get("0")?.answer).toEqual({ why: { text: "given, not sent" } });
    expect(second.view().work?.offer.task_id).toBe("1");
    expect(second.view().work?.state.value("why")).toEqual({ text: "half wri" });
    expect(server.given).toBe(5);
    first.stop();
    second.stop();
  });

  it("leaves the tasks of another open page alone", async () => {
    const store = new MemoryStore();
    const server = new Server(20);
    const first = loopOn(server, store, "one", ["one"]);
    await first.start();
    await rest();
    const second = loopOn(server, store, "two", ["one", "two"]);
    await second.start();
    await rest();
    expect(second.view().work?.offer.task_id).not.toBe(first.view().work?.offer.task_id);
    first.stop();
    second.stop();
  });

  it("keeps an answer the server refuses, and gives it again when it was changed", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.wall = new TransportError("refused", "answer_invalid", "No.", [
      { where: "answer.why", message: "too odd" },
    ]);
    say(loop, "odd");
    await loop.submit();
    await rest();
    expect(loop.view()).toMatchObject({ waiting: 0 });
    const [refused] = loop.view().refused;
    expect(refused?.refusal?.message).toContain("too odd");
    server.wall = undefined;
    loop.openRefused(refused?.key ?? "");
    say(loop, "even");
    await loop.submit();
    await rest();
    expect(loop.view().refused).toEqual([]);
    expect(server.answers.get("0")?.answer).toEqual({ why: { text: "even" } });
    loop.stop();
  });

  it("waits for the person to sign in again, then sends", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.wall = new TransportError("signed_out", "signed_out", "Sign in.");
    say(loop, "a");
    await loop.submit();
    await rest();
    expect(loop.view().phase).toBe("signed_out");
    server.wall = undefined;
    loop.retry();
    await rest();
    expect(server.answers.size).toBe(1);
    expect(loop.view().phase).toBe("working");
    loop.stop();
  });

  it("says so when the browser refuses to keep a journal, and still sends", async () => {
    const store = new MemoryStore();
    store.putEntry = () => Promise.reject(new Error("quota"));
    const server = new Server(10);
    const loop = loopOn(server, store);
    await loop.start();
    await rest();
    say(loop, "a");
    await loop.submit();
    await rest();
    expect(loop.view().unsafe).toBe(true);
    expect(server.answers.size).toBe(1);
    loop.stop();
  });
});

const mineOf = (task: string, text: string, version: number): Mine => ({
  id: `A${task}`,
  task_id: task,
  item: { id: task, data: {} },
  answer: { why: { text } },
  revision: 1,
  created_at: "2026-01-01T10:00:00.000Z",
  ontology_version: version,
});
const offerOf = (task: string, more: Partial<Offer> = {}): Offer => ({
  task_id: task,
  lease_id: `L${task}`,
  expires_at: new Date(Date.now() + 600_000).toISOString(),
  ontology_version: 1,
  item: { id: task, data: {} },
  ...more,
});

describe("coming back", () => {
  it("opens an answer of an earlier visit under the ontology it was given under", async () => {
    const server = new Server(5);
    server.own = [mineOf("a", "old", 7), mineOf("b", "older", 6)];
    const store = new MemoryStore();
    const begun = { scope: "t/p/x", tab: "gone", offer: offerOf("x"), seconds: 9 };
    await store.putHeld({ ...begun, leaseId: "Lx", answer: { why: { text: "half" } } });
    const loop = loopOn(server, store);
    await loop.start();
    await rest();
    expect(loop.view().done.map(({ ontology }) => ontology.questions[0]?.title)).toEqual(["of 7", "of 6"]);
    expect(loop.view().work?.ontology.questions[0]?.title).toBe("of 1");
    loop.stop();
  });

  it("shows the answer that this browser has yet to send, not the one before it", async () => {
    const server = new Server(5);
    server.answers.set("a", { key: "s", answer: { why: { text: "old" } }, revision: 1 });
    server.own = [mineOf("a", "old", 1)];
    const store = new MemoryStore();
    const offer = offerOf("a");
    const entry = { key: "r", scope: "t/p/x", taskId: "a", leaseId: "", seconds: 1, offer, after: undefined };
    const writtenAt = "2026-01-01T11:00:00.000Z";
    const answer = { why: { text: "new" } };
    await store.putEntry({ ...entry, act: "revise", writtenAt, answer, annotationId: "Aa" });
    const loop = loopOn(server, store);
    await loop.start();
    await rest();
    expect(loop.view().done.map((done) => done.answer)).toEqual([answer]);
    loop.stop();
  });

  it("shows a task that a reviewer returned, though it has been here before", async () => {
    const server = new Server(5);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    say(loop, "zero");
    await loop.submit();
    await rest();
    server.answers.delete("0");
    server.again = [offerOf("0", { returned: "Read it again.", draft: { why: { text: "zero" } } })];
    for (let step = 0; step < 4; step++) {
      say(loop, "next");
      await loop.submit();
      await rest();
    }
    expect(loop.view().work?.offer).toMatchObject({ task_id: "0", returned: "Read it again." });
    expect(loop.view().work?.state.value("why")).toEqual({ text: "zero" });
    loop.stop();
  });

  it("gives an answer anew when it was refused and given up", async () => {
    const server = new Server(5);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.wall = new TransportError("refused", "answer_invalid", "No.");
    say(loop, "odd");
    await loop.submit();
    await rest();
    loop.dropRefused(loop.view().refused[0]?.key ?? "");
    server.wall = undefined;
    loop.back();
    say(loop, "even");
    await loop.submit();
    await rest();
    expect(server.answers.get("0")).toMatchObject({ answer: { why: { text: "even" } }, revision: 1 });
    loop.back();
    say(loop, "more even");
    await loop.submit();
    await rest();
    expect(server.answers.get("0")).toMatchObject({ answer: { why: { text: "more even" } }, revision: 2 });
    expect(loop.view().waiting).toBe(0);
    loop.stop();
  });

  it("changes what another page has answered, when the person opens the refused answer and gives it", async () => {
    const server = new Server(5);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    server.answers.set("0", { key: "elsewhere", answer: { why: { text: "theirs" } }, revision: 1 });
    server.own = [mineOf("0", "theirs", 1)];
    server.submit = () =>
      Promise.reject(new TransportError("refused", "lease_gone", "You have answered this task already."));
    say(loop, "mine");
    await loop.submit();
    await rest();
    const [refused] = loop.view().refused;
    loop.openRefused(refused?.key ?? "");
    await rest();
    expect(loop.view().work?.state.value("why")).toEqual({ text: "mine" });
    await loop.submit();
    await rest();
    expect(server.answers.get("0")).toMatchObject({ answer: { why: { text: "mine" } }, revision: 2 });
    expect(loop.view()).toMatchObject({ refused: [], waiting: 0 });
    loop.stop();
  });
});

describe("work begun", () => {
  it("stays here when the page is left, also what was not at hand", async () => {
    const server = new Server(5);
    const store = new MemoryStore();
    const held = (task: string, text: string) => ({
      leaseId: `L${task}`,
      scope: "t/p/x",
      tab: "gone",
      offer: offerOf(task),
      answer: { why: { text } },
      seconds: 9,
    });
    await store.putHeld(held("x", "half of x"));
    await store.putHeld(held("y", "half of y"));
    const loop = loopOn(server, store, "one", ["one"]);
    await loop.start();
    await rest();
    loop.stop();
    expect(server.released).not.toContain("Lx");
    expect(server.released).not.toContain("Ly");
    expect((await store.held("t/p/x")).map((one) => one.answer)).toEqual([
      { why: { text: "half of x" } },
      { why: { text: "half of y" } },
    ]);
  });

  it("outlives two reloads, though it was not touched between them", async () => {
    const server = new Server(1);
    const store = new MemoryStore();
    const first = loopOn(server, store, "one", ["one"]);
    await first.start();
    await rest();
    say(first, "half");
    await vi.advanceTimersByTimeAsync(1_000);
    for (const tab of ["two", "three"]) {
      const next = loopOn(server, store, tab, [tab]);
      await next.start();
      await rest();
      expect(next.view().work?.state.value("why")).toEqual({ text: "half" });
    }
  });

  it("in a page that died goes on in one that is open, with the words the server never saw", async () => {
    const server = new Server(10);
    const store = new MemoryStore();
    const live = ["one", "two"];
    const one = loopOn(server, store, "one", live);
    await one.start();
    await rest();
    const two = loopOn(server, store, "two", live);
    await two.start();
    await rest();
    say(one, "half wri");
    await vi.advanceTimersByTimeAsync(300);
    live.shift(); // the first page dies; the server offers its task to the second, as it knows it
    server.again = [offerOf("0")];
    say(two, "done");
    await two.submit();
    await rest();
    for (let step = 0; step < 4; step++) {
      if (two.view().work?.offer.task_id === "0") break;
      say(two, "done");
      await two.submit();
      await rest();
    }
    expect(two.view().work?.offer.task_id).toBe("0");
    expect(two.view().work?.state.value("why")).toEqual({ text: "half wri" });
    two.stop();
  });

  it("in another open page is left to it, though the server offers it here", async () => {
    const server = new Server(20);
    const store = new MemoryStore();
    const live = ["one", "two"];
    const two = loopOn(server, store, "two", live);
    await two.start();
    await rest();
    const one = loopOn(server, store, "one", live);
    await one.start();
    await rest();
    const theirs = one.view().work?.offer.task_id ?? "";
    server.again = [offerOf(theirs)];
    for (let step = 0; step < 6; step++) {
      expect(two.view().work?.offer.task_id).not.toBe(theirs);
      say(two, "done");
      await two.submit();
      await rest();
    }
    one.stop();
    two.stop();
  });
});

describe("a journal that takes no more", () => {
  it("keeps the draft until the server has the answer", async () => {
    const server = new Server(5);
    const store = new MemoryStore();
    const loop = loopOn(server, store);
    await loop.start();
    await rest();
    say(loop, "half");
    await vi.advanceTimersByTimeAsync(300);
    store.putEntry = () => Promise.reject(new Error("quota"));
    server.wall = new TransportError("away", "network", "no network");
    await loop.submit();
    await rest();
    const kept = async () => (await store.held("t/p/x")).find((one) => one.leaseId === "L0")?.answer;
    expect(await kept()).toEqual({ why: { text: "half" } });
    server.wall = undefined;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.answers.size).toBe(1);
    expect(await kept()).toBeUndefined();
    loop.stop();
  });
});

describe("the network", () => {
  it("is there again once a claim gets through", async () => {
    const server = new Server(4);
    const loop = loopOn(server, new MemoryStore());
    server.wall = new TransportError("away", "network", "no network");
    await loop.start();
    await rest();
    expect(loop.view().away).toBe(true);
    server.wall = undefined;
    await vi.advanceTimersByTimeAsync(3_100);
    expect(loop.view()).toMatchObject({ phase: "working", away: false });
    loop.stop();
  });

  it("may fail at the ontology: the task comes again", async () => {
    const server = new Server(1);
    const loop = loopOn(server, new MemoryStore());
    const whole = server.ontology.bind(server);
    server.ontology = () => Promise.reject(new TransportError("away", "network", "no network"));
    await loop.start();
    await rest();
    expect(loop.view().work).toBeNull();
    server.ontology = whole;
    server.again = [offerOf("0")];
    await vi.advanceTimersByTimeAsync(4_000);
    expect(loop.view().work?.offer.task_id).toBe("0");
    loop.stop();
  });

  it("takes over what a page that died could not send", async () => {
    const server = new Server(10);
    const store = new MemoryStore();
    const live = ["one", "two"];
    const one = loopOn(server, store, "one", live);
    const two = loopOn(server, store, "two", live);
    await one.start();
    await two.start();
    await rest();
    server.wall = new TransportError("away", "network", "no network");
    say(one, "not sent");
    await one.submit();
    await rest();
    const task = "0";
    one.stop();
    live.shift();
    server.wall = undefined;
    await vi.advanceTimersByTimeAsync(21_000);
    expect(server.answers.get(task)?.answer).toEqual({ why: { text: "not sent" } });
    two.stop();
  });
});

describe("leases", () => {
  it("are renewed while the person works, and run out when they are away", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    for (let minute = 0; minute < 12; minute++) {
      loop.active();
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(server.renewed).toContain("L0");
    expect(loop.view().lapsed).toBe(false);
    server.renewed.length = 0;
    say(loop, "half");
    await vi.advanceTimersByTimeAsync(30 * 60_000);
    expect(loop.view().lapsed).toBe(true);
    await loop.submit();
    await rest();
    expect(server.answers.get("0")?.answer).toEqual({ why: { text: "half" } });
    loop.stop();
  });

  it("drafts reach the server while the person pauses, and ready tasks are given back on leaving", async () => {
    const server = new Server(10);
    const loop = loopOn(server, new MemoryStore());
    await loop.start();
    await rest();
    say(loop, "half");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(server.drafts.get("L0")).toEqual({ why: { text: "half" } });
    loop.stop();
    expect(server.released.sort()).toEqual(["L1", "L2", "L3"]);
  });
});

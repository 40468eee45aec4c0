import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  IndexedDbStore,
  type JournalStore,
  MemoryStore,
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

  constructor(readonly total: number) {}

  private async reached(): Promise<void> {
    this.calls++;
    if (this.delay) await new Promise((resolve) => setTimeout(resolve, this.delay));
    if (this.wall) throw this.wall;
  }
  private offers(limit: number): Offer[] {
    const offers: Offer[] = [];
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
  async ontology() {
    return ontology;
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
    return [];
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

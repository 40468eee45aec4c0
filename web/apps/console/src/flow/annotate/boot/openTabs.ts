import { freshId } from "./freshId";

const prefix = "qistas-annotate:";
const beatKey = "qistas.annotate.pages";
const beatEvery = 4_000;
const deadAfter = 13_000;

export interface Tabs {
  /** This page's own name. */
  readonly own: string;
  readonly live: () => Promise<readonly string[]>;
}

let tabs: Tabs | undefined;

/** Which of this person's pages are open: what an open page holds is not taken up by another. */
export function openTabs(): Tabs {
  tabs ??= navigator.locks ? byLocks() : byBeats();
  return tabs;
}

/** A lock lives exactly as long as its page, however the page ends. */
function byLocks(): Tabs {
  const own = freshId();
  void navigator.locks.request(`${prefix}${own}`, () => new Promise<never>(() => undefined));
  return {
    own,
    live: async () => {
      const { held = [] } = await navigator.locks.query();
      return held.flatMap(({ name }) => (name?.startsWith(prefix) ? [name.slice(prefix.length)] : []));
    },
  };
}

/** Over plain HTTP browsers give no locks: pages leave a sign of life instead. */
function byBeats(): Tabs {
  const own = freshId();
  const read = (): Record<string, number> => {
    try {
      return JSON.parse(localStorage.getItem(beatKey) ?? "{}") as Record<string, number>;
    } catch {
      return {};
    }
  };
  const write = (alive: boolean): void => {
    const kept = Object.entries(read()).filter(([id, at]) => id !== own && Date.now() - at < deadAfter);
    if (alive) kept.push([own, Date.now()]);
    try {
      localStorage.setItem(beatKey, JSON.stringify(Object.fromEntries(kept)));
    } catch {
      // no storage at all: then there is no journal to share either
    }
  };
  write(true);
  setInterval(() => write(true), beatEvery);
  addEventListener("pagehide", () => write(false));
  return {
    own,
    live: async () => [
      own,
      ...Object.entries(read()).flatMap(([id, at]) => (Date.now() - at < deadAfter ? [id] : [])),
    ],
  };
}

import type { Entry, Held } from "./entry";

/** Where the journal is written. A promise that resolves means the record outlives the page. */
export interface JournalStore {
  /** The entries of all pages, in the order they were given. */
  entries(scope: string): Promise<Entry[]>;
  /**
   * The entries of this page, and of pages that are gone: from now on they are this page's, in one step, so that no two
   * pages take the same. In the order they were given.
   */
  takeEntries(scope: string, tab: string, live: readonly string[]): Promise<Entry[]>;
  putEntry(entry: Entry): Promise<void>;
  dropEntry(key: string): Promise<void>;
  held(scope: string): Promise<Held[]>;
  putHeld(held: Held): Promise<void>;
  dropHeld(leaseId: string): Promise<void>;
}

export const byTime = (a: Entry, b: Entry): number =>
  a.writtenAt < b.writtenAt ? -1 : a.writtenAt > b.writtenAt ? 1 : 0;

/** Whether the page `tab` may send this entry, while the pages `live` are open. */
export const isFree = (entry: Entry, tab: string, live: readonly string[]): boolean =>
  entry.tab === undefined || entry.tab === tab || !live.includes(entry.tab);

/** For browsers that refuse storage (private windows), and for previews: it lives as long as the page. */
export class MemoryStore implements JournalStore {
  private readonly entryByKey = new Map<string, Entry>();
  private readonly heldByLease = new Map<string, Held>();

  async entries(scope: string): Promise<Entry[]> {
    return [...this.entryByKey.values()].filter((entry) => entry.scope === scope).sort(byTime);
  }
  async takeEntries(scope: string, tab: string, live: readonly string[]): Promise<Entry[]> {
    const all = await this.entries(scope);
    const taken = all.filter((entry) => isFree(entry, tab, live)).map((entry) => ({ ...entry, tab }));
    for (const entry of taken) this.entryByKey.set(entry.key, entry);
    return taken;
  }
  async putEntry(entry: Entry): Promise<void> {
    this.entryByKey.set(entry.key, entry);
  }
  async dropEntry(key: string): Promise<void> {
    this.entryByKey.delete(key);
  }
  async held(scope: string): Promise<Held[]> {
    return [...this.heldByLease.values()].filter((held) => held.scope === scope);
  }
  async putHeld(held: Held): Promise<void> {
    this.heldByLease.set(held.leaseId, held);
  }
  async dropHeld(leaseId: string): Promise<void> {
    this.heldByLease.delete(leaseId);
  }
}

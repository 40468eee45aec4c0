import type { Entry, Held } from "./entry";

/** Where the journal is written. A promise that resolves means the record outlives the page. */
export interface JournalStore {
  entries(scope: string): Promise<Entry[]>;
  putEntry(entry: Entry): Promise<void>;
  dropEntry(key: string): Promise<void>;
  held(scope: string): Promise<Held[]>;
  putHeld(held: Held): Promise<void>;
  dropHeld(leaseId: string): Promise<void>;
}

/** For browsers that refuse storage (private windows), and for previews: it lives as long as the page. */
export class MemoryStore implements JournalStore {
  private readonly entryByKey = new Map<string, Entry>();
  private readonly heldByLease = new Map<string, Held>();

  async entries(scope: string): Promise<Entry[]> {
    return [...this.entryByKey.values()].filter((entry) => entry.scope === scope);
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

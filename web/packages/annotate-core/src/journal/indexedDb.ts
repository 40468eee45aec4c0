import type { Entry, Held } from "./entry";
import { byTime, isFree, type JournalStore } from "./store";

const version = 1;

/** The journal in the browser's own database. */
export class IndexedDbStore implements JournalStore {
  private constructor(private readonly db: IDBDatabase) {}

  static async open(factory: IDBFactory, name = "qistas-journal"): Promise<IndexedDbStore> {
    const request = factory.open(name, version);
    request.onupgradeneeded = () => {
      const db = request.result;
      db.createObjectStore("entries", { keyPath: "key" }).createIndex("scope", "scope");
      db.createObjectStore("held", { keyPath: "leaseId" }).createIndex("scope", "scope");
    };
    const db = await settled(request);
    db.onversionchange = () => db.close();
    return new IndexedDbStore(db);
  }

  async entries(scope: string): Promise<Entry[]> {
    return (await this.read<Entry>("entries", scope)).sort(byTime);
  }

  async takeEntries(scope: string, tab: string, live: readonly string[]): Promise<Entry[]> {
    const taken: Entry[] = [];
    await this.write("entries", (store) => {
      const all = store.index("scope").getAll(scope) as IDBRequest<Entry[]>;
      all.onsuccess = () => {
        for (const entry of all.result.filter((one) => isFree(one, tab, live))) {
          const own = { ...entry, tab };
          if (entry.tab !== tab) store.put(own);
          taken.push(own);
        }
      };
    });
    return taken.sort(byTime);
  }

  putEntry(entry: Entry): Promise<void> {
    return this.write("entries", (store) => store.put(entry));
  }

  dropEntry(key: string): Promise<void> {
    return this.write("entries", (store) => store.delete(key));
  }

  held(scope: string): Promise<Held[]> {
    return this.read<Held>("held", scope);
  }

  putHeld(held: Held): Promise<void> {
    return this.write("held", (store) => store.put(held));
  }

  dropHeld(leaseId: string): Promise<void> {
    return this.write("held", (store) => store.delete(leaseId));
  }

  close(): void {
    this.db.close();
  }

  private async read<T>(name: "entries" | "held", scope: string): Promise<T[]> {
    const store = this.db.transaction(name, "readonly").objectStore(name);
    return (await settled(store.index("scope").getAll(scope))) as T[];
  }

  /** Resolves when the transaction is complete: only then is the record kept. */
  private write(name: "entries" | "held", act: (store: IDBObjectStore) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      // an answer given must survive a power cut; a draft is written again with the next change
      const durability = name === "entries" ? "strict" : "relaxed";
      const transaction = this.db.transaction(name, "readwrite", { durability });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.onerror = () => reject(transaction.error);
      act(transaction.objectStore(name));
    });
  }
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

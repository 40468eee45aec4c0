import { IndexedDbStore, type JournalStore, MemoryStore, TaskLoop } from "@qistas/annotate-core";
import { useEffect, useState } from "react";
import { freshId } from "./freshId";
import { loadPictures } from "./loadPictures";
import { openTabs } from "./openTabs";
import { serverDoors } from "./serverDoors";

interface Settings {
  projectId: string;
  tenantId: string;
  personId: string;
  leaseMinutes: number;
}

const journal: Promise<{ store: JournalStore; lasting: boolean }> =
  typeof indexedDB === "undefined"
    ? Promise.resolve({ store: new MemoryStore(), lasting: false })
    : IndexedDbStore.open(indexedDB).then(
        (store) => ({ store, lasting: true }),
        () => ({ store: new MemoryStore(), lasting: false }),
      );

/** The loop of this page, from its first task until the page is left. */
export function useTaskLoop({ projectId, tenantId, personId, leaseMinutes }: Settings): TaskLoop | null {
  const [loop, setLoop] = useState<TaskLoop | null>(null);
  useEffect(() => {
    let made: TaskLoop | null = null;
    let left = false;
    void journal.then(({ store, lasting }) => {
      if (left) return;
      const tabs = openTabs();
      made = new TaskLoop({
        transport: serverDoors(projectId),
        store,
        lasting,
        scope: `${tenantId}/${personId}/${projectId}`,
        tab: tabs.own,
        liveTabs: tabs.live,
        leaseMs: leaseMinutes * 60_000,
        prepare: loadPictures,
        newKey: freshId,
      });
      void made.start();
      setLoop(made);
    });
    return () => {
      left = true;
      made?.stop();
      setLoop(null);
    };
  }, [projectId, tenantId, personId, leaseMinutes]);

  useEffect(() => {
    if (!loop) return;
    let last = 0;
    const active = (): void => {
      const now = performance.now();
      if (now - last < 1000) return;
      last = now;
      loop.active();
    };
    const seen = (): void => (document.hidden ? loop.hidden() : loop.active());
    const back = (): void => loop.retry();
    const leave = (): void => loop.hidden();
    const warn = (event: BeforeUnloadEvent): void => {
      const { unsafe, waiting } = loop.view();
      if (unsafe && waiting > 0) event.preventDefault();
    };
    const acts = ["pointermove", "pointerdown", "keydown", "wheel"] as const;
    for (const act of acts) addEventListener(act, active, { passive: true });
    document.addEventListener("visibilitychange", seen);
    addEventListener("online", back);
    addEventListener("pagehide", leave);
    addEventListener("beforeunload", warn);
    return () => {
      for (const act of acts) removeEventListener(act, active);
      document.removeEventListener("visibilitychange", seen);
      removeEventListener("online", back);
      removeEventListener("pagehide", leave);
      removeEventListener("beforeunload", warn);
    };
  }, [loop]);
  return loop;
}

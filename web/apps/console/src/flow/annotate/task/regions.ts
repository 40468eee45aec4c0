import { useSyncExternalStore } from "react";

/** What is at hand on a surface: the label to draw with, the region chosen, the text marked but not yet labelled. */
export interface RegionSlot {
  readonly pen: string | null;
  /** The region itself: a span by its value, a box by its identity. */
  readonly selected: object | null;
  /** UTF-16 positions in the field's text. */
  readonly pending: { readonly start: number; readonly end: number } | null;
  readonly hidden: ReadonlySet<object>;
  readonly locked: ReadonlySet<object>;
}

const nothing: ReadonlySet<object> = new Set();
const empty: RegionSlot = { pen: null, selected: null, pending: null, hidden: nothing, locked: nothing };

/** A surface answers when one of its question's labels is chosen; false when it has no use for it now. */
export type LabelTaker = (label: string) => boolean;

/** The state of all surfaces of one task. It is not part of the answer, and not undone. */
export class Regions {
  private readonly slots = new Map<string, RegionSlot>();
  private readonly listeners = new Set<() => void>();
  private readonly takers = new Map<string, LabelTaker>();

  /** `pens` carries the chosen labels over from the task before. */
  constructor(private readonly pens: Map<string, string> = new Map()) {}

  slot(question: string): RegionSlot {
    let slot = this.slots.get(question);
    if (!slot) {
      slot = { ...empty, pen: this.pens.get(question) ?? null };
      this.slots.set(question, slot);
    }
    return slot;
  }

  change(question: string, change: Partial<RegionSlot>): void {
    const slot = { ...this.slot(question), ...change };
    this.slots.set(question, slot);
    if (slot.pen === null) this.pens.delete(question);
    else this.pens.set(question, slot.pen);
    for (const listener of this.listeners) listener();
  }

  toggle(question: string, what: "hidden" | "locked", region: object): void {
    const before = this.slot(question)[what];
    const next = new Set(before);
    if (!next.delete(region)) next.add(region);
    this.change(question, { [what]: next });
  }

  /** A region was changed into another: what held for the old one holds for the new. */
  replace(question: string, old: object, next: object): void {
    const slot = this.slot(question);
    const carried = (set: ReadonlySet<object>): ReadonlySet<object> =>
      set.has(old) ? new Set([...set].map((one) => (one === old ? next : one))) : set;
    this.change(question, {
      selected: slot.selected === old ? next : slot.selected,
      hidden: carried(slot.hidden),
      locked: carried(slot.locked),
    });
  }

  takeLabels(question: string, taker: LabelTaker): () => void {
    this.takers.set(question, taker);
    return () => {
      if (this.takers.get(question) === taker) this.takers.delete(question);
    };
  }

  /** A label was chosen: the surface uses it, or it becomes the pen (chosen again: no pen). */
  choose(question: string, label: string): void {
    if (this.takers.get(question)?.(label)) return;
    const { pen } = this.slot(question);
    this.change(question, { pen: pen === label ? null : label });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
}

export function useRegionSlot(regions: Regions, question: string): RegionSlot {
  return useSyncExternalStore(regions.subscribe, () => regions.slot(question));
}

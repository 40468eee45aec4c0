import type {
  Answer,
  AnswerState,
  AnswerView,
  Chord,
  Dispatcher,
  ItemData,
  Localised,
  Ontology,
  Option,
} from "@qistas/annotate-core";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Regions } from "./regions";

/** What the parts of one task's screen share. */
export interface TaskScope {
  readonly ontology: Ontology;
  readonly data: ItemData;
  readonly state: AnswerState;
  readonly regions: Regions;
  readonly suggestion: Answer | null;
  readonly readOnly: boolean;
  readonly dispatcher: Dispatcher;
  /** A command's first key, for the hint beside its button. */
  readonly keyOf: (command: string) => Chord | undefined;
  readonly keysOf: (command: string) => readonly Chord[];
  readonly optionKeys: ReadonlyMap<Chord, Option>;
  readonly atHand: string | undefined;
  readonly setAtHand: (question: string) => void;
  readonly title: (text: Localised | null | undefined, otherwise: string) => string;
  /** Say it to screen readers. */
  readonly announce: (text: string) => void;
  readonly mac: boolean;
  /** Who works at what: the same for the same person and item, another for each other. Empty: for nobody. */
  readonly seed: string;
}

const Scope = createContext<TaskScope | null>(null);
export const TaskScopeProvider = Scope.Provider;

export function useTaskScope(): TaskScope {
  const scope = useContext(Scope);
  if (!scope) throw new Error("outside of a task");
  return scope;
}

export function useAnswerView(state: AnswerState): AnswerView {
  return useSyncExternalStore(state.subscribe, state.view);
}

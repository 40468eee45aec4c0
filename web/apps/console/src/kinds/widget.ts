import type {
  Chord,
  Direction,
  Field,
  KindName,
  Localised,
  Question,
  SetOptions,
  ValueOf,
} from "@qistas/annotate-core";
import type { ComponentType } from "react";

export type QuestionOf<K extends KindName> = Extract<Question, { kind: K }>;

export interface EditorProps<K extends KindName> {
  question: QuestionOf<K>;
  value: ValueOf[K] | undefined;
  onChange: (value: ValueOf[K] | undefined, options?: SetOptions) => void;
  /** The id of the element that names the question. */
  labelledBy: string;
  describedBy: string | undefined;
  /** Option → key, for the hints. */
  keys: ReadonlyMap<string, Chord>;
  invalid: boolean;
  readOnly: boolean;
  suggestion: ValueOf[K] | undefined;
}

export interface ViewProps<K extends KindName> {
  question: QuestionOf<K>;
  value: ValueOf[K];
  data: Readonly<Record<string, unknown>>;
  title: (text: Localised | null | undefined, otherwise: string) => string;
}

export interface Voice<K extends KindName> {
  /** Who says so. */
  who: string;
  value: ValueOf[K] | undefined;
}

export interface CompareProps<K extends KindName> {
  question: QuestionOf<K>;
  voices: readonly Voice<K>[];
  data: Readonly<Record<string, unknown>>;
  title: (text: Localised | null | undefined, otherwise: string) => string;
}

/** What a question draws over a field of the item: spans on a text, boxes on an image. */
export interface SurfaceProps<K extends KindName> {
  field: Field;
  value: unknown;
  direction: Direction;
  label: string;
  questions: readonly QuestionOf<K>[];
}

/** What a key of an option does. `undefined`: the kind's surface takes it instead. */
export type Choose<K extends KindName> = (
  question: QuestionOf<K>,
  value: ValueOf[K] | undefined,
  option: string,
) => ValueOf[K] | undefined;

/** Everything the screen needs of a kind. */
export interface KindWidget<K extends KindName> {
  Editor: ComponentType<EditorProps<K>>;
  /** One answer, read only, in little room. */
  View: ComponentType<ViewProps<K>>;
  /** Several answers to one question side by side, for review. */
  Compare: ComponentType<CompareProps<K>>;
  Surface?: ComponentType<SurfaceProps<K>>;
  choose?: Choose<K>;
  /** An option's name for announcements. */
  optionTitle?: (question: QuestionOf<K>, option: string) => Localised | null | undefined;
}

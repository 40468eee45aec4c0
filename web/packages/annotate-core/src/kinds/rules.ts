import type { ValueOf } from "../answer";
import type { KindName, Question } from "../ontology";

/** One thing wrong with an answer; `code` and `params` become a sentence in the reader's language. */
export interface Problem {
  readonly question: string;
  /** The place inside the answer, in the words of the API: `answer.topic.labels[0]`. */
  readonly where: string;
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What the item holds, as far as a check needs it: texts for spans, sizes for boxes. */
export type ItemData = Readonly<Record<string, unknown>>;

type QuestionOf<K extends KindName> = Extract<Question, { kind: K }>;

/** All the kernel needs to know of a kind. */
export interface KindRules<K extends KindName> {
  /** True where the value says nothing, so that an optional question counts as left empty. */
  isEmpty(value: ValueOf[K], question: QuestionOf<K>): boolean;
  /** The value of a required question that was never touched, where "nothing" is an answer. */
  untouched?(question: QuestionOf<K>): ValueOf[K] | undefined;
  /** The value in the one order and form that is stored. */
  canonical(value: ValueOf[K], question: QuestionOf<K>): ValueOf[K];
  check(value: ValueOf[K], question: QuestionOf<K>, data: ItemData): Problem[];
}

export function problem(
  question: Question,
  path: string,
  code: string,
  params: Readonly<Record<string, string | number>> = {},
): Problem {
  return { question: question.name, where: `answer.${question.name}${path}`, code, params };
}

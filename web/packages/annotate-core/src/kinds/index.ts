import type { Value, ValueOf } from "../answer";
import type { KindName, Question } from "../ontology";
import { box } from "./box";
import { choice } from "./choice";
import { pairwise } from "./pairwise";
import { polygon } from "./polygon";
import { ranking } from "./ranking";
import { rating } from "./rating";
import type { ItemData, KindRules, Problem } from "./rules";
import { span } from "./span";
import { text } from "./text";

/** The registry of kinds on this side: the only place that names them all. */
const rules: { readonly [K in KindName]: KindRules<K> } = {
  choice,
  rating,
  text,
  span,
  box,
  polygon,
  pairwise,
  ranking,
};

/** Rules of one question with the kind's types tied together: `value` belongs to `question`. */
interface Bound {
  isEmpty(value: Value): boolean;
  untouched(): Value | undefined;
  canonical(value: Value): Value;
  check(value: Value, data: ItemData): Problem[];
}

export function rulesOf(question: Question): Bound {
  const own = rules[question.kind] as KindRules<KindName>;
  const asked = question as never;
  return {
    isEmpty: (value) => own.isEmpty(value as ValueOf[KindName], asked),
    untouched: () => own.untouched?.(asked),
    canonical: (value) => own.canonical(value as ValueOf[KindName], asked),
    check: (value, data) => own.check(value as ValueOf[KindName], asked, data),
  };
}

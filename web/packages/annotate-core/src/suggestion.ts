import type { Answer, Value } from "./answer";
import { rulesOf } from "./kinds/index";
import type { Ontology, Question } from "./ontology";

/** What a person did with a suggestion. */
export type Verdict = "accepted" | "changed" | "rejected";

/** Compare an answer with what was suggested: the same; something else; or nothing of it. */
export function verdictOn(ontology: Ontology, suggestion: Answer, answer: Answer): Verdict {
  let same = 0;
  let different = 0;
  for (const question of ontology.questions) {
    const offered = suggestion[question.name];
    if (offered === undefined) continue;
    if (sameValue(question, offered, answer[question.name])) same++;
    else different++;
  }
  if (different === 0) return "accepted";
  return same > 0 ? "changed" : "rejected";
}

export function sameValue(question: Question, a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const rules = rulesOf(question);
  return sameJson(rules.canonical(a), rules.canonical(b));
}

/** Equality of JSON values; the order of an object's keys does not count. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((one, index) => sameJson(one, b[index]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && sameJson(a[key], b[key]));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

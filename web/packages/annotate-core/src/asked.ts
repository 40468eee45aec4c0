import type { Answer, Value } from "./answer";
import { LabelTree } from "./labelTree";
import type { Ontology, Question } from "./ontology";

/**
 * The questions asked under `answer`, in their order: those without a condition, and those whose condition holds
 * on a question that is itself asked. Choosing a label implies its ancestors, so a condition on a parent holds too.
 */
export function askedQuestions(ontology: Ontology, answer: Answer): readonly Question[] {
  const byName = new Map(ontology.questions.map((question) => [question.name, question]));
  const known = new Map<string, boolean>();
  const isAsked = (question: Question): boolean => {
    const before = known.get(question.name);
    if (before !== undefined) return before;
    known.set(question.name, false); // a ring of conditions asks nothing
    const when = question.when;
    const parent = when ? byName.get(when.question) : undefined;
    const asked =
      !when || (parent !== undefined && isAsked(parent) && holds(parent, answer[parent.name], when.is));
    known.set(question.name, asked);
    return asked;
  };
  return ontology.questions.filter(isAsked);
}

function holds(question: Question, value: Value | undefined, wanted: readonly (string | number)[]): boolean {
  if (value === undefined) return false;
  const held = new Set<string>();
  if ("labels" in value && "labels" in question) {
    const tree = new LabelTree(question.labels);
    for (const name of value.labels) {
      held.add(name);
      for (const above of tree.ancestors(name)) held.add(above);
    }
  } else if ("value" in value) held.add(String(value.value));
  else if ("choice" in value) held.add(value.choice);
  return wanted.some((one) => held.has(String(one)));
}

import type { Answer, Value } from "./answer";
import { askedQuestions } from "./asked";
import { rulesOf } from "./kinds/index";
import type { ItemData, Problem } from "./kinds/rules";
import { problem } from "./kinds/rules";
import { isRequired, type Ontology } from "./ontology";

/**
 * The answer as it is sent: values of questions that are asked and not left empty, each in canonical form.
 * Values of questions no longer asked stay in the working answer, so that asking again brings them back.
 */
export function finalAnswer(ontology: Ontology, working: Answer): Answer {
  const final: Record<string, Value> = {};
  for (const question of askedQuestions(ontology, working)) {
    const rules = rulesOf(question);
    const value = working[question.name];
    const required = isRequired(question);
    if (value !== undefined && (!rules.isEmpty(value) || (required && rules.untouched() !== undefined)))
      final[question.name] = rules.canonical(value);
    else if (required) {
      const nothing = rules.untouched();
      if (nothing) final[question.name] = nothing;
    }
  }
  return final;
}

/** What keeps the working answer from being submitted, question by question in their order. */
export function checkAnswer(ontology: Ontology, working: Answer, data: ItemData): readonly Problem[] {
  const final = finalAnswer(ontology, working);
  return askedQuestions(ontology, working).flatMap((question) => {
    const value = final[question.name];
    if (value === undefined) return isRequired(question) ? [problem(question, "", "required")] : [];
    return rulesOf(question).check(value, data);
  });
}

import type { PairwiseValue } from "../answer";
import type { PairwiseQuestion } from "../ontology";
import type { KindRules } from "./rules";
import { problem } from "./rules";

export function strengthLevels(question: PairwiseQuestion): number {
  return Math.max(1, question.strength ?? 3);
}

/** Every answer that may be given, from "much better: left" through the tie to "much better: right". */
export function pairwiseScale(question: PairwiseQuestion): readonly PairwiseValue[] {
  const levels = strengthLevels(question);
  const strengths = Array.from({ length: levels }, (_, index) => index + 1);
  const withStrength = (choice: "left" | "right", strength: number): PairwiseValue =>
    levels === 1 ? { choice } : { choice, strength };
  return [
    ...strengths.toReversed().map((strength) => withStrength("left", strength)),
    ...(question.tie === false ? [] : [{ choice: "tie" } as const]),
    ...strengths.map((strength) => withStrength("right", strength)),
  ];
}

export function samePreference(a: PairwiseValue | undefined, b: PairwiseValue | undefined): boolean {
  return a?.choice === b?.choice && (a?.choice === "tie" || (a?.strength ?? 1) === (b?.strength ?? 1));
}

export const pairwise: KindRules<"pairwise"> = {
  isEmpty: () => false,
  canonical: (value) =>
    value.choice === "tie" || value.strength === undefined
      ? { choice: value.choice }
      : { choice: value.choice, strength: value.strength },
  check(value, question) {
    if (value.choice === "tie") return question.tie === false ? [problem(question, ".choice", "no_tie")] : [];
    const levels = strengthLevels(question);
    const strength = value.strength ?? 1;
    if (!Number.isInteger(strength) || strength < 1 || strength > levels)
      return [problem(question, ".strength", "strength_outside", { max: levels })];
    return [];
  },
};

import { type PairwiseValue, strengthLevels } from "@qistas/annotate-core";
import type { TFunction } from "i18next";
import type { QuestionOf } from "../widget";

/** An answer in words: "Answer A is much better". `name` gives the title of a field. */
export function preferenceWords(
  question: QuestionOf<"pairwise">,
  value: PairwiseValue,
  name: (field: string) => string,
  t: TFunction<"annotate">,
): string {
  if (value.choice === "tie") return t("pairwise.tie");
  const field = name(value.choice === "left" ? question.left : question.right);
  const levels = strengthLevels(question);
  const strength = value.strength ?? 1;
  if (levels === 1) return t("pairwise.better", { field });
  if (levels > 3) return t("pairwise.betterBy", { field, strength, levels });
  const degrees = levels === 2 ? ["slightly", "much"] : ["slightly", "clearly", "much"];
  return t(`pairwise.${degrees[strength - 1] ?? "clearly"}`, { field });
}

import type { ChoiceValue } from "@qistas/annotate-core";
import type { QuestionOf } from "../widget";

/** One label: chosen, and chosen again taken back. Many: each by itself. */
export function chooseLabel(
  question: QuestionOf<"choice">,
  value: ChoiceValue | undefined,
  label: string,
): ChoiceValue {
  const chosen = value?.labels ?? [];
  if (chosen.includes(label)) return { labels: chosen.filter((one) => one !== label) };
  if (!question.many) return { labels: [label] };
  const order = question.labels.map((one) => one.name);
  return { labels: [...chosen, label].sort((a, b) => order.indexOf(a) - order.indexOf(b)) };
}

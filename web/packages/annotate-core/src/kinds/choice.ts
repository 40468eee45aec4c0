import type { KindRules } from "./rules";
import { problem } from "./rules";

export const choice: KindRules<"choice"> = {
  isEmpty: (value) => value.labels.length === 0,
  canonical(value, question) {
    const order = new Map(question.labels.map((label, index) => [label.name, index]));
    const labels = [...new Set(value.labels)];
    labels.sort((a, b) => (order.get(a) ?? labels.length) - (order.get(b) ?? labels.length));
    return { labels };
  },
  check(value, question) {
    const found = [];
    const known = new Set(question.labels.map((label) => label.name));
    value.labels.forEach((name, index) => {
      if (!known.has(name))
        found.push(problem(question, `.labels[${index}]`, "unknown_label", { label: name }));
    });
    const count = value.labels.length;
    const min = question.many ? (question.min ?? 1) : 1;
    const max = question.many ? (question.max ?? Number.POSITIVE_INFINITY) : 1;
    if (count < min) found.push(problem(question, ".labels", "choose_at_least", { count: min }));
    if (count > max) found.push(problem(question, ".labels", "choose_at_most", { count: max }));
    return found;
  },
};

import { codePointLength } from "../text/codePoints";
import { firstOverlap, sortedSpans } from "../text/spanEdits";
import type { KindRules, Problem } from "./rules";
import { problem } from "./rules";

export const span: KindRules<"span"> = {
  isEmpty: (value) => value.spans.length === 0,
  untouched: (question) => ((question.min ?? 0) === 0 ? { spans: [] } : undefined),
  canonical: (value) => ({ spans: sortedSpans(value.spans) }),
  check(value, question, data) {
    const found: Problem[] = [];
    const known = new Set(question.labels.map((label) => label.name));
    const source = data[question.field];
    const length = typeof source === "string" ? codePointLength(source) : Number.POSITIVE_INFINITY;
    value.spans.forEach((one, index) => {
      if (!known.has(one.label))
        found.push(problem(question, `.spans[${index}].label`, "unknown_label", { label: one.label }));
      if (!(one.start >= 0 && one.start < one.end && one.end <= length))
        found.push(problem(question, `.spans[${index}]`, "span_outside", { start: one.start, end: one.end }));
    });
    if (question.overlap === false) {
      const index = firstOverlap(value.spans);
      if (index >= 0) found.push(problem(question, `.spans[${index}]`, "span_overlap"));
    }
    const min = question.min ?? 0;
    const max = question.max ?? Number.POSITIVE_INFINITY;
    if (value.spans.length < min) found.push(problem(question, ".spans", "spans_at_least", { count: min }));
    if (value.spans.length > max) found.push(problem(question, ".spans", "spans_at_most", { count: max }));
    return found;
  },
};

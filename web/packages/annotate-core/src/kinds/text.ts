import { codePointLength } from "../text/codePoints";
import type { KindRules } from "./rules";
import { problem } from "./rules";

export const text: KindRules<"text"> = {
  isEmpty: (value) => value.text.trim() === "",
  canonical: (value) => ({ text: value.text }),
  check(value, question) {
    const length = codePointLength(value.text);
    const min = question.min_length ?? 1;
    const max = question.max_length ?? 10_000;
    if (length < min) return [problem(question, ".text", "text_too_short", { count: min, length })];
    if (length > max) return [problem(question, ".text", "text_too_long", { count: max, length })];
    return [];
  },
};

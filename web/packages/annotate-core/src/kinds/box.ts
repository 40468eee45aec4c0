import type { Box } from "../answer";
import type { KindRules, Problem } from "./rules";
import { problem } from "./rules";

/** The index of the first box that was drawn before, or -1. */
function firstTwice(boxes: readonly Box[]): number {
  const seen = new Set<string>();
  return boxes.findIndex((one) => {
    const key = JSON.stringify([one.x, one.y, one.width, one.height, one.rotation ?? 0, one.label]);
    if (seen.has(key)) return true;
    seen.add(key);
    return false;
  });
}

export const box: KindRules<"box"> = {
  isEmpty: (value) => value.boxes.length === 0,
  untouched: (question) => ((question.min ?? 0) === 0 ? { boxes: [] } : undefined),
  canonical: (value) => ({
    boxes: value.boxes
      .map((one) => ({ ...one, rotation: one.rotation ?? 0 }))
      .sort((a, b) => a.x - b.x || a.y - b.y || a.width - b.width || a.height - b.height),
  }),
  check(value, question) {
    const found: Problem[] = [];
    const known = new Set(question.labels.map((label) => label.name));
    const least = question.min_size ?? 1;
    value.boxes.forEach((one, index) => {
      if (!known.has(one.label))
        found.push(problem(question, `.boxes[${index}].label`, "unknown_label", { label: one.label }));
      if (one.width < least || one.height < least)
        found.push(problem(question, `.boxes[${index}]`, "box_too_small", { size: least }));
      if (!question.rotate && (one.rotation ?? 0) !== 0)
        found.push(problem(question, `.boxes[${index}].rotation`, "box_rotated"));
    });
    const twice = firstTwice(value.boxes);
    if (twice >= 0) found.push(problem(question, `.boxes[${twice}]`, "box_twice"));
    const min = question.min ?? 0;
    const max = question.max ?? Number.POSITIVE_INFINITY;
    if (value.boxes.length < min) found.push(problem(question, ".boxes", "boxes_at_least", { count: min }));
    if (value.boxes.length > max) found.push(problem(question, ".boxes", "boxes_at_most", { count: max }));
    return found;
  },
};

import type { RatingQuestion } from "../ontology";
import type { KindRules } from "./rules";
import { problem } from "./rules";

export interface RatingScale {
  readonly min: number;
  readonly max: number;
  readonly step: number;
}

export function ratingScale(question: RatingQuestion): RatingScale {
  const step = question.step ?? 1;
  return { min: question.min ?? 1, max: question.max ?? 5, step: step > 0 ? step : 1 };
}

/** The values that may be chosen, low to high; undefined where they are too many to show one by one. */
export function ratingSteps(question: RatingQuestion, most = 11): readonly number[] | undefined {
  const { min, max, step } = ratingScale(question);
  const count = Math.floor((max - min) / step + 1e-9) + 1;
  if (count > most) return undefined;
  return Array.from({ length: count }, (_, index) => tidy(min + index * step));
}

/** `value` on the nearest step inside the scale. */
export function onScale(question: RatingQuestion, value: number): number {
  const { min, max, step } = ratingScale(question);
  const steps = Math.round((value - min) / step);
  const most = Math.floor((max - min) / step + 1e-9);
  return tidy(min + Math.min(most, Math.max(0, steps)) * step);
}

function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

export const rating: KindRules<"rating"> = {
  isEmpty: (value) => !Number.isFinite(value.value),
  canonical: (value) => ({ value: value.value }),
  check(value, question) {
    const { min, max } = ratingScale(question);
    if (!Number.isFinite(value.value) || value.value < min || value.value > max)
      return [problem(question, ".value", "rating_outside", { min, max })];
    if (Math.abs(onScale(question, value.value) - value.value) > 1e-9)
      return [problem(question, ".value", "rating_between_steps", { step: question.step ?? 1 })];
    return [];
  },
};

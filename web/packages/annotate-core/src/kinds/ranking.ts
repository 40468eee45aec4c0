import type { RankingValue } from "../answer";
import type { RankingQuestion } from "../ontology";
import type { KindRules } from "./rules";
import { problem } from "./rules";

/** How many options an answer ranks. */
export function rankedCount(question: RankingQuestion): number {
  return question.top ?? question.labels.length;
}

/** The index of the place of `option`, or -1 where it is not ranked. */
export function placeOf(value: RankingValue | undefined, option: string): number {
  return value?.order.findIndex((group) => group.includes(option)) ?? -1;
}

/** The option behind all others, and taken back where it is ranked. The last one left follows by itself, where nothing else can be. */
export function rankNext(
  question: RankingQuestion,
  value: RankingValue | undefined,
  option: string,
): RankingValue | undefined {
  if (placeOf(value, option) >= 0) return unrank(value, option);
  const order = value?.order ?? [];
  if (order.flat().length >= rankedCount(question)) return value;
  return { order: followed(question, [...order, [option]]) };
}

/** Without the option; nothing at all when it was the only one. */
export function unrank(value: RankingValue | undefined, option: string): RankingValue | undefined {
  const order = without(value, option);
  return order.length > 0 ? { order } : undefined;
}

/** To a place of its own, before the place that has the index `at` once the option is taken out. Of the best few the last makes room. */
export function rankAt(
  question: RankingQuestion,
  value: RankingValue | undefined,
  option: string,
  at: number,
): RankingValue {
  const order = without(value, option);
  order.splice(Math.max(0, Math.min(at, order.length)), 0, [option]);
  if (placeOf(value, option) < 0) return { order: followed(question, order) };
  return { order };
}

/** One place up (-1) or down (1). Out of a tie it goes first; past another place as a whole. What is not ranked comes in at the end. */
export function moveRanked(
  question: RankingQuestion,
  value: RankingValue | undefined,
  option: string,
  by: 1 | -1,
): RankingValue | undefined {
  const at = placeOf(value, option);
  if (at < 0 || !value) return by < 0 ? rankNext(question, value, option) : value;
  const tied = (value.order[at]?.length ?? 1) > 1;
  if (tied) return rankAt(question, value, option, by < 0 ? at : at + 1);
  const to = at + by;
  if (to < 0 || to >= value.order.length) return value;
  return rankAt(question, value, option, to);
}

/** Into the place above; out of it again where it is tied already. */
export function tieRanked(
  question: RankingQuestion,
  value: RankingValue | undefined,
  option: string,
): RankingValue | undefined {
  const at = placeOf(value, option);
  if (!question.ties || !value || at < 0) return value;
  if ((value.order[at]?.length ?? 1) > 1) return rankAt(question, value, option, at + 1);
  if (at === 0) return value;
  return {
    order: value.order.flatMap((group, index) =>
      index === at ? [] : [index === at - 1 ? [...group, option] : group],
    ),
  };
}

/**
 * `names` in an order of their own for each `seed`, always the same for the same one: where options stand before anyone has ranked
 * them must not be what ranks them.
 */
export function dealt(names: readonly string[], seed: string): readonly string[] {
  let state = 2166136261;
  for (let at = 0; at < seed.length; at++) state = Math.imul(state ^ seed.charCodeAt(at), 16777619);
  const found = [...names];
  for (let at = found.length - 1; at > 0; at--) {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const other = ((mixed ^ (mixed >>> 14)) >>> 0) % (at + 1);
    const held = found[at] as string;
    found[at] = found[other] as string;
    found[other] = held;
  }
  return found;
}

/** An option just came in: the last one left comes behind it, and of the best few the last makes room. */
function followed(question: RankingQuestion, order: readonly (readonly string[])[]): RankingValue["order"] {
  if (question.top) return order.slice(0, question.top);
  if (question.ties) return order;
  const named = new Set(order.flat());
  const left = question.labels.filter((label) => !named.has(label.name));
  return left.length === 1 ? [...order, left.map((label) => label.name)] : order;
}

function without(value: RankingValue | undefined, option: string): (readonly string[])[] {
  return (value?.order ?? []).flatMap((group) => {
    const rest = group.filter((name) => name !== option);
    return rest.length > 0 ? [rest] : [];
  });
}

export const ranking: KindRules<"ranking"> = {
  isEmpty: (value) => value.order.length === 0,
  canonical(value, question) {
    const order = new Map(question.labels.map((label, index) => [label.name, index]));
    const by = (name: string): number => order.get(name) ?? order.size;
    return { order: value.order.map((group) => [...group].sort((a, b) => by(a) - by(b))) };
  },
  check(value, question) {
    const found = [];
    const known = new Set(question.labels.map((label) => label.name));
    const seen = new Set<string>();
    for (const [at, group] of value.order.entries()) {
      if (group.length > 1 && !question.ties) found.push(problem(question, `.order[${at}]`, "ranked_tied"));
      for (const [spot, name] of group.entries()) {
        const where = `.order[${at}][${spot}]`;
        if (!known.has(name)) found.push(problem(question, where, "unknown_label", { label: name }));
        else if (seen.has(name)) found.push(problem(question, where, "ranked_twice", { label: name }));
        seen.add(name);
      }
    }
    const count = rankedCount(question);
    if (seen.size !== count)
      found.push(
        question.top
          ? problem(question, ".order", "rank_best", { count })
          : problem(question, ".order", "rank_all", { count: count - seen.size }),
      );
    return found;
  },
};

import { describe, expect, it } from "vitest";
import {
  AnswerState,
  dealt,
  moveRanked,
  type Ontology,
  optionKeys,
  placeOf,
  type RankingQuestion,
  type RankingValue,
  rankAt,
  rankNext,
  rulesOf,
  tieRanked,
  unrank,
} from "../src";

const of = (more: Partial<RankingQuestion> = {}, names = ["a", "b", "c"]): RankingQuestion => ({
  name: "q",
  kind: "ranking",
  labels: names.map((name) => ({ name })),
  ...more,
});
const order = (line: string): RankingValue => ({ order: line.split(">").map((group) => group.split("")) });
const line = (value: RankingValue | undefined): string =>
  (value?.order ?? []).map((group) => group.join("")).join(">");

describe("a ranking", () => {
  it("is nothing until somebody ranks, and is sent when every option has its place", () => {
    const ontology: Ontology = { fields: [], questions: [of()] };
    const state = new AnswerState(ontology, {});
    expect(state.final()).toEqual({});
    expect(state.problems().map((one) => one.code)).toEqual(["required"]);
    state.set("q", rankNext(of(), undefined, "b"));
    expect(state.problems()).toMatchObject([{ code: "rank_all", params: { count: 2 } }]);
    state.set("q", rankNext(of(), order("b"), "c"));
    expect(state.problems()).toEqual([]);
    expect(state.final()).toEqual({ q: order("b>c>a") });
  });

  it("is built best first; the last follows by itself only where nothing else can be", () => {
    expect(line(rankNext(of(), order("c"), "a"))).toBe("c>a>b");
    expect(line(rankNext(of({ ties: true }), order("c"), "a"))).toBe("c>a");
    expect(line(rankNext(of({ top: 2 }), order("c"), "a"))).toBe("c>a");
    expect(line(rankNext(of({ top: 2 }), order("c>a"), "b"))).toBe("c>a");
    expect(line(rankNext(of(), order("c>a>b"), "a"))).toBe("c>b");
    expect(rankNext(of(), order("a"), "a")).toBeUndefined();
    expect(unrank(undefined, "a")).toBeUndefined();
  });

  it("moves one place at a time, out of a tie first", () => {
    expect(line(moveRanked(of(), order("a>b>c"), "c", -1))).toBe("a>c>b");
    expect(line(moveRanked(of(), order("a>b>c"), "a", -1))).toBe("a>b>c");
    expect(line(moveRanked(of(), order("a>b>c"), "c", 1))).toBe("a>b>c");
    const tied = of({ ties: true });
    expect(line(moveRanked(tied, order("a>bc"), "c", -1))).toBe("a>c>b");
    expect(line(moveRanked(tied, order("a>bc"), "b", 1))).toBe("a>c>b");
    expect(line(moveRanked(tied, order("bc>a"), "a", -1))).toBe("a>bc");
    expect(line(moveRanked(tied, order("a"), "b", -1))).toBe("a>b");
    expect(line(moveRanked(tied, order("a"), "b", 1))).toBe("a");
  });

  it("is put where it is dropped; of the best few the last makes room", () => {
    expect(line(rankAt(of(), order("a>b>c"), "c", 0))).toBe("c>a>b");
    expect(line(rankAt(of({ top: 2 }), order("a>b"), "c", 0))).toBe("c>a");
    expect(line(rankAt(of(), order("a"), "b", 9))).toBe("a>b>c");
  });

  it("ties with the place above and lets go again", () => {
    const tied = of({ ties: true });
    expect(line(tieRanked(tied, order("a>b>c"), "b"))).toBe("ab>c");
    expect(line(tieRanked(tied, order("ab>c"), "a"))).toBe("b>a>c");
    expect(line(tieRanked(tied, order("a>b>c"), "a"))).toBe("a>b>c");
    expect(line(tieRanked(of(), order("a>b>c"), "b"))).toBe("a>b>c");
  });

  it("knows names that objects know too", () => {
    const names = ["constructor", "toString", "valueOf"];
    const question = of({}, names);
    const value = { order: [["toString"], ["constructor"], ["valueOf"]] };
    expect(rulesOf(question).check(value, {})).toEqual([]);
    expect(placeOf(value, "hasOwnProperty")).toBe(-1);
    expect(placeOf(value, "constructor")).toBe(1);
  });

  it("tells what is wrong with its place", () => {
    const check = (value: RankingValue, more: Partial<RankingQuestion> = {}) =>
      rulesOf(of(more))
        .check(value, {})
        .map(({ where, code }) => `${where} ${code}`);
    expect(check(order("a>bc"))).toEqual(["answer.q.order[1] ranked_tied"]);
    expect(check(order("a>bc"), { ties: true })).toEqual([]);
    expect(check(order("a>b>a"))).toEqual(["answer.q.order[2][0] ranked_twice", "answer.q.order rank_all"]);
    expect(check(order("a>b>z"))).toEqual(["answer.q.order[2][0] unknown_label"]);
    expect(check(order("a"), { top: 2 })).toEqual(["answer.q.order rank_best"]);
    expect(rulesOf(of()).canonical(order("cb>a"))).toEqual(order("bc>a"));
  });

  it("has a key for each option", () => {
    const keys = optionKeys([of()], "q");
    expect([...keys].map(([chord, { option }]) => `${chord} ${option}`)).toEqual(["1 a", "2 b", "3 c"]);
  });
});

describe("dealt", () => {
  const names = ["a", "b", "c", "d"];

  it("is the same for the same person and item, and holds every name", () => {
    expect(dealt(names, "one")).toEqual(dealt(names, "one"));
    expect([...dealt(names, "two")].sort()).toEqual(names);
    expect(names).toEqual(["a", "b", "c", "d"]);
  });

  it("favours no option: each stands first about as often as any other", () => {
    const first = new Map<string, number>();
    for (let person = 0; person < 2000; person++) {
      const best = dealt(names, `person-${person} item`)[0] as string;
      first.set(best, (first.get(best) ?? 0) + 1);
    }
    for (const name of names) expect(Math.abs((first.get(name) ?? 0) - 500)).toBeLessThan(100);
  });
});

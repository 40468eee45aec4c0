import { expect, it } from "vitest";
import { prefixCuts } from "../src/index";

const parts = (word: string) => {
  const cuts = [0, ...prefixCuts(word), word.length];
  return cuts.slice(0, -1).map((cut, at) => word.slice(cut, cuts[at + 1]));
};

it.each([
  ["والكتاب", ["و", "ال", "كتاب"]],
  ["وبالقلم", ["و", "ب", "ال", "قلم"]],
  ["فللولد", ["ف", "ل", "ل", "ولد"]],
  ["للرجل", ["ل", "ل", "رجل"]],
  ["كالبحر", ["ك", "ال", "بحر"]],
  ["وَالشَّمسِ", ["وَ", "ال", "شَّمسِ"]],
  ["بيت", ["ب", "يت"]],
  ["مدينة", ["مدينة"]],
  ["ال", ["ال"]],
  ["London", ["London"]],
])("%s is offered as %j", (word, expected) => {
  expect(parts(word)).toEqual(expected);
});

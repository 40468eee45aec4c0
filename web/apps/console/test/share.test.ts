import { expect, it } from "vitest";
import { perCentOf, shareOf } from "../src/flow/datasets/share";

it("reads 80 and 0.8 as the same share", () => {
  expect(shareOf(80)).toBe(0.8);
  expect(shareOf(0.8)).toBe(0.8);
  expect(perCentOf(shareOf(0.8))).toBe(80);
  expect(shareOf(0)).toBe(0);
  expect(shareOf(1)).toBe(0.01);
  expect(shareOf(100)).toBe(1);
  expect(perCentOf(undefined)).toBe("");
});

import { expect, test } from "vitest";
import { changed } from "./changed";

test("only what differs is left", () => {
  const before = { overlap: 2, currency: "USD", redundancy: { mode: "fixed", max_overlap: 5 } };
  expect(changed(before, { ...before })).toEqual({});
  expect(changed(before, { ...before, overlap: 3 })).toEqual({ overlap: 3 });
  const redundancy = { mode: "adaptive", max_overlap: 5 };
  expect(changed(before, { ...before, redundancy })).toEqual({ redundancy });
});

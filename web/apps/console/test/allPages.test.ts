import { expect, test } from "vitest";
import { allPages } from "../src/data/allPages";

test("a list that is shown whole has the rows of every page, in order", async () => {
  const asked: (string | null)[] = [];
  const pages: Record<string, { rows: number[]; next: string | null }> = {
    "": { rows: [1, 2], next: "b" },
    b: { rows: [3], next: "c" },
    c: { rows: [], next: null },
  };
  const found = await allPages(async (after) => {
    asked.push(after);
    return pages[after ?? ""] as { rows: number[]; next: string | null };
  });
  expect(found.rows).toEqual([1, 2, 3]);
  expect(asked).toEqual([null, "b", "c"]);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSpan,
  assignLanes,
  Boundaries,
  CodePoints,
  moveEdge,
  removeSpan,
  type Span,
  SpanIndex,
  sortedSpans,
} from "../src/index";

const span = fc
  .record({ start: fc.nat(60), length: fc.integer({ min: 1, max: 20 }), label: fc.constantFrom("A", "B") })
  .map(({ start, length, label }): Span => ({ start, end: start + length, label }));
const spans = fc.array(span, { maxLength: 40 });

describe("span edits", () => {
  it("keep the stored order and refuse doubles", () => {
    fc.assert(
      fc.property(spans, (list) => {
        let held: readonly Span[] = [];
        for (const one of list) {
          const edit = addSpan(held, one, true);
          if ("spans" in edit) held = edit.spans;
          else expect(edit.refused).toBe("twice");
        }
        expect(held).toEqual(sortedSpans(held));
        expect(new Set(held.map((one) => JSON.stringify(one))).size).toBe(held.length);
      }),
    );
  });

  it("refuse an overlap only where overlaps are not allowed", () => {
    const held = [{ start: 0, end: 5, label: "A" }];
    expect(addSpan(held, { start: 4, end: 8, label: "B" }, false)).toEqual({ refused: "overlap" });
    expect(addSpan(held, { start: 5, end: 8, label: "B" }, false)).toHaveProperty("spans");
    expect(removeSpan(held, { start: 0, end: 5, label: "A" })).toEqual([]);
  });

  it("move an edge by graphemes over the raw text", () => {
    const text = "والكِتاب 😀!";
    const points = new CodePoints(text);
    const boundaries = new Boundaries(text);
    const whole = { start: 0, end: 8, label: "A" };
    const once = moveEdge(whole, "start", 1, "grapheme", points, boundaries);
    expect(points.slice(once.start, once.end)).toBe("الكِتاب");
    const emoji = moveEdge({ start: 9, end: 11, label: "A" }, "end", -1, "grapheme", points, boundaries);
    expect(points.slice(emoji.start, emoji.end)).toBe("😀");
    expect(moveEdge(emoji, "end", -1, "grapheme", points, boundaries)).toBe(emoji);
  });
});

describe("the span index", () => {
  it("finds what a walk over all spans finds", () => {
    fc.assert(
      fc.property(spans, fc.nat(80), fc.nat(30), (list, start, length) => {
        const sorted = sortedSpans(list);
        const found = new SpanIndex(sorted).touching(start, start + length);
        expect(found).toEqual(
          sorted.filter((one) => one.start < start + length && one.end > start && length > 0),
        );
      }),
    );
  });

  it("puts the shortest span first under the pointer", () => {
    const index = new SpanIndex(
      sortedSpans([
        { start: 0, end: 9, label: "A" },
        { start: 3, end: 5, label: "B" },
      ]),
    );
    expect(index.at(4).map((one) => one.label)).toEqual(["B", "A"]);
  });

  it("is quick over ten thousand spans", () => {
    const many = Array.from({ length: 10_000 }, (_, at) => ({ start: at * 7, end: at * 7 + 12, label: "A" }));
    const begin = performance.now();
    const index = new SpanIndex(many);
    for (let at = 0; at < 1000; at++) index.touching(at * 50, at * 50 + 400);
    expect(performance.now() - begin).toBeLessThan(500);
  });
});

it("lanes never hold two spans that share a character", () => {
  fc.assert(
    fc.property(spans, (list) => {
      const sorted = sortedSpans(list);
      const lanes = assignLanes(sorted);
      for (const [a, one] of sorted.entries())
        for (const [b, other] of sorted.entries())
          if (a < b && lanes[a] === lanes[b])
            expect(one.end <= other.start || other.end <= one.start).toBe(true);
    }),
  );
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Boundaries, CodePoints, codePointLength, snapSelection } from "../src/index";

const pieces = [
  "a",
  " ",
  "\n",
  "ب",
  "و",
  "ال",
  "لَ",
  "ـ",
  "👩‍👩‍👧",
  "😀",
  "é",
  "e\u0301",
  "𝒳",
  "עב",
  "1",
  ".",
  "\u200f",
  "ﷺ",
];
const text = fc.array(fc.constantFrom(...pieces), { maxLength: 40 }).map((parts) => parts.join(""));

describe("code point offsets", () => {
  it("agree with counting code points one by one", () => {
    fc.assert(
      fc.property(text, fc.nat(), (source, seed) => {
        const points = new CodePoints(source);
        const characters = [...source];
        expect(points.length).toBe(characters.length);
        expect(codePointLength(source)).toBe(characters.length);
        const at = seed % (characters.length + 1);
        const unit = characters.slice(0, at).join("").length;
        expect(points.toUnit(at)).toBe(unit);
        expect(points.fromUnit(unit)).toBe(at);
      }),
    );
  });

  it("slice what was pointed at", () => {
    const points = new CodePoints("😀 مرحبا 😀b");
    expect(points.slice(2, 7)).toBe("مرحبا");
    expect(points.slice(8, 10)).toBe("😀b");
    expect(points.fromUnit(1)).toBe(0);
  });

  it("take lone surrogates as one code point and never fail outside the text", () => {
    const points = new CodePoints("\ud800a\udc00");
    expect(points.length).toBe(3);
    expect(points.toUnit(99)).toBe(3);
    expect(points.fromUnit(-4)).toBe(0);
  });
});

describe("snapping", () => {
  it("never cuts a grapheme, never ends on a blank, and is stable", () => {
    fc.assert(
      fc.property(
        text,
        fc.nat(),
        fc.nat(),
        fc.constantFrom("word" as const, "grapheme" as const),
        (s, a, b, snap) => {
          const boundaries = new Boundaries(s);
          const range = snapSelection(boundaries, a % (s.length + 1), b % (s.length + 1), snap);
          if (!range) return;
          expect(range.start).toBeLessThan(range.end);
          expect(boundaries.isGraphemeBoundary(range.start)).toBe(true);
          expect(boundaries.isGraphemeBoundary(range.end)).toBe(true);
          expect(snapSelection(boundaries, range.start, range.end, snap)).toEqual(range);
        },
      ),
    );
  });

  it("draws a careless selection out to whole Arabic words", () => {
    const source = "زار الوزير مدينة حلب.";
    const snapped = snapSelection(new Boundaries(source), 6, 13, "word");
    expect(source.slice(snapped?.start, snapped?.end)).toBe("الوزير مدينة");
  });

  it("keeps marks with their letters when snapping to graphemes", () => {
    const source = "كِتابٌ";
    const snapped = snapSelection(new Boundaries(source), 0, 1, "grapheme");
    expect(source.slice(snapped?.start, snapped?.end)).toBe("كِ");
  });

  it("is empty when only blanks were selected", () => {
    expect(snapSelection(new Boundaries("a   b"), 1, 3, "word")).toBeUndefined();
  });
});

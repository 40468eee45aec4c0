import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { edgesThatMeet, type PolygonQuestion, rulesOf, signedArea } from "../src/index";

type Point = [number, number];
const question: PolygonQuestion = { name: "q", kind: "polygon", field: "image", labels: [{ name: "a" }] };
const rules = rulesOf(question);
const star = (radii: readonly number[]): Point[] =>
  radii.map((radius, k) => {
    const angle = (2 * Math.PI * k) / radii.length;
    return [100 + radius * Math.cos(angle), 100 + radius * Math.sin(angle)];
  });
const stars = fc.array(fc.integer({ min: 5, max: 90 }), { minLength: 3, maxLength: 40 }).map(star);

describe("polygons", () => {
  it("tells the edges that cross, touch or fold", () => {
    expect(
      edgesThatMeet([
        [0, 0],
        [10, 10],
        [10, 0],
        [0, 10],
      ]),
    ).toEqual([0, 2]);
    expect(
      edgesThatMeet([
        [0, 0],
        [10, 0],
        [20, 0],
      ]),
    ).not.toBeNull();
    expect(
      edgesThatMeet([
        [0, 0],
        [10, 0],
        [5, 0],
        [5, 5],
      ]),
    ).toEqual([0, 1]);
    expect(
      edgesThatMeet([
        [0, 0],
        [10, 0],
        [10, 10],
        [5, 0],
        [0, 10],
      ]),
    ).not.toBeNull();
    expect(
      edgesThatMeet([
        [0, 0],
        [5, 0],
        [10, 0],
        [10, 10],
      ]),
    ).toBeNull();
  });

  it("takes every star around its middle, however it is written, in one form", () => {
    fc.assert(
      fc.property(stars, fc.nat(), fc.boolean(), (points, turn, back) => {
        fc.pre(edgesThatMeet(points) === null);
        const begin = turn % points.length;
        const turned = [...points.slice(begin), ...points.slice(0, begin)];
        const other = back ? turned.toReversed() : turned;
        const one = rules.canonical({ polygons: [{ points, label: "a" }] });
        expect(rules.canonical({ polygons: [{ points: other, label: "a" }] })).toEqual(one);
        expect(
          rules.canonical({ polygons: [{ points: [...other, other[0] as Point], label: "a" }] }),
        ).toEqual(one);
        expect(rules.check({ polygons: [{ points: other, label: "a" }] }, {})).toEqual([]);
        const { polygons } = one as { polygons: { points: Point[] }[] };
        expect(signedArea(polygons[0]?.points ?? [])).toBeGreaterThan(0);
      }),
    );
  });

  it("finds what the server would refuse", () => {
    const square: Point[] = [
      [0, 0],
      [10, 0],
      [10, 10],
      [0, 10],
    ];
    const codes = (polygons: { points: Point[]; label: string }[], of = rules) =>
      of.check({ polygons }, {}).map(({ code, where }) => `${code} ${where}`);
    expect(codes([{ points: square.slice(0, 2), label: "a" }])).toEqual([
      "polygon_points answer.q.polygons[0].points",
    ]);
    expect(
      codes([
        {
          points: [
            [0, 0],
            [10, 10],
            [10, 0],
            [0, 10],
          ],
          label: "z",
        },
      ]),
    ).toEqual(["unknown_label answer.q.polygons[0].label", "polygon_crosses answer.q.polygons[0].points"]);
    expect(
      codes([
        { points: square, label: "a" },
        { points: square.toReversed(), label: "a" },
      ]),
    ).toEqual(["polygon_twice answer.q.polygons[1]"]);
    const limited = rulesOf({ ...question, min: 1, max: 1 });
    expect(codes([], limited)).toEqual(["polygons_at_least answer.q.polygons"]);
    expect(limited.untouched()).toBeUndefined();
    expect(rules.untouched()).toEqual({ polygons: [] });
  });
});

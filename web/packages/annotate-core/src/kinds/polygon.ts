import type { Polygon } from "../answer";
import type { KindRules, Problem } from "./rules";
import { problem } from "./rules";

type Point = readonly [number, number];

const leastPoints = 3;
const mostPoints = 500;

/**
 * The first two edges of a closed outline that cross, touch or lie on one another, or null. Edge k leads from point k
 * to the next. Compared in whole thousandths of a pixel, as the server does.
 */
export function edgesThatMeet(outline: readonly Point[]): readonly [number, number] | null {
  const points = outline.map(([x, y]) => [Math.round(x * 1000), Math.round(y * 1000)] as const);
  const count = points.length;
  if (count < leastPoints) return [0, 1];
  const at = (index: number) => points[index % count] as Point;
  for (let k = 0; k < count; k++) {
    const [a, b, c] = [at(k), at(k + 1), at(k + 2)];
    const ahead = (b[0] - a[0]) * (c[0] - b[0]) + (b[1] - a[1]) * (c[1] - b[1]);
    if (turn(a, b, c) === 0 && ahead <= 0) {
      const next = (k + 1) % count;
      return [Math.min(k, next), Math.max(k, next)];
    }
  }
  for (let left = 0; left < count; left++)
    for (let right = left + 2; right < count; right++)
      if (!(left === 0 && right === count - 1) && meet(at(left), at(left + 1), at(right), at(right + 1)))
        return [left, right];
  return null;
}

function turn(a: Point, b: Point, c: Point): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

function meet(a: Point, b: Point, c: Point, d: Point): boolean {
  for (const axis of [0, 1] as const)
    if (
      Math.max(a[axis], b[axis]) < Math.min(c[axis], d[axis]) ||
      Math.max(c[axis], d[axis]) < Math.min(a[axis], b[axis])
    )
      return false;
  return turn(a, b, c) * turn(a, b, d) <= 0 && turn(c, d, a) * turn(c, d, b) <= 0;
}

/** The area within an outline, in square pixels; above zero where it runs clockwise on the screen. */
export function signedArea(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([x, y], index) => {
    const [u, v] = points[(index + 1) % points.length] as Point;
    twice += x * v - u * y;
  });
  return twice / 2;
}

const byPlace = (one: Point, other: Point): number => one[0] - other[0] || one[1] - other[1];

function normal({ points, label }: Polygon): Polygon {
  const [first, last] = [points[0], points.at(-1)];
  const open =
    points.length > 1 && first && last && byPlace(first, last) === 0 ? points.slice(0, -1) : points;
  const turned = signedArea(open) < 0 ? open.toReversed() : open;
  let begin = 0;
  turned.forEach((point, index) => {
    if (byPlace(point, turned[begin] as Point) < 0) begin = index;
  });
  return { points: [...turned.slice(begin), ...turned.slice(0, begin)], label };
}

function byPoints(one: Polygon, other: Polygon): number {
  for (let k = 0; k < Math.min(one.points.length, other.points.length); k++) {
    const order = byPlace(one.points[k] as Point, other.points[k] as Point);
    if (order !== 0) return order;
  }
  return one.points.length - other.points.length;
}

export const polygon: KindRules<"polygon"> = {
  isEmpty: (value) => value.polygons.length === 0,
  untouched: (question) => ((question.min ?? 0) === 0 ? { polygons: [] } : undefined),
  canonical: (value) => ({ polygons: value.polygons.map(normal).sort(byPoints) }),
  check(value, question) {
    const found: Problem[] = [];
    const known = new Set(question.labels.map((label) => label.name));
    const seen = new Set<string>();
    value.polygons.forEach((one, index) => {
      const place = `.polygons[${index}]`;
      if (!known.has(one.label))
        found.push(problem(question, `${place}.label`, "unknown_label", { label: one.label }));
      const { points } = normal(one);
      if (points.length < leastPoints || points.length > mostPoints)
        found.push(
          problem(question, `${place}.points`, "polygon_points", { least: leastPoints, most: mostPoints }),
        );
      else if (edgesThatMeet(points)) found.push(problem(question, `${place}.points`, "polygon_crosses"));
      const key = JSON.stringify([points, one.label]);
      if (seen.has(key)) found.push(problem(question, place, "polygon_twice"));
      seen.add(key);
    });
    const min = question.min ?? 0;
    const max = question.max ?? Number.POSITIVE_INFINITY;
    const count = value.polygons.length;
    if (count < min) found.push(problem(question, ".polygons", "polygons_at_least", { count: min }));
    if (count > max) found.push(problem(question, ".polygons", "polygons_at_most", { count: max }));
    return found;
  },
};

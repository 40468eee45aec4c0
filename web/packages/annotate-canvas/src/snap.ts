import type { BoxShape } from "./box";
import type { Point, Size } from "./view";

/** Edges that a moving edge may be drawn to: the image's own and those of upright boxes. */
export class SnapLines {
  private readonly xs: Float64Array;
  private readonly ys: Float64Array;

  constructor(boxes: readonly BoxShape[], image: Size) {
    const upright = boxes.filter((box) => !box.rotation);
    this.xs = Float64Array.from([
      0,
      image.width,
      ...upright.flatMap((box) => [box.x, box.x + box.width]),
    ]).sort();
    this.ys = Float64Array.from([
      0,
      image.height,
      ...upright.flatMap((box) => [box.y, box.y + box.height]),
    ]).sort();
  }

  /** The point with each coordinate drawn to the nearest line within `reach` image pixels. */
  point(point: Point, reach: number): Point {
    return {
      x: nearest(this.xs, point.x, reach) ?? point.x,
      y: nearest(this.ys, point.y, reach) ?? point.y,
    };
  }

  /** How far to shift an upright box so that one of its edges meets a line. */
  shift(box: BoxShape, reach: number): Point {
    return {
      x: closest(this.xs, [box.x, box.x + box.width], reach),
      y: closest(this.ys, [box.y, box.y + box.height], reach),
    };
  }
}

function nearest(lines: Float64Array, value: number, reach: number): number | undefined {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  const candidates = [lines[low - 1], lines[low]].filter((line): line is number => line !== undefined);
  candidates.sort((a, b) => Math.abs(a - value) - Math.abs(b - value));
  const [best] = candidates;
  return best !== undefined && Math.abs(best - value) <= reach ? best : undefined;
}

function closest(lines: Float64Array, edges: readonly number[], reach: number): number {
  let best = 0;
  let distance = Number.POSITIVE_INFINITY;
  for (const edge of edges) {
    const line = nearest(lines, edge, reach);
    if (line !== undefined && Math.abs(line - edge) < distance) {
      distance = Math.abs(line - edge);
      best = line - edge;
    }
  }
  return best;
}

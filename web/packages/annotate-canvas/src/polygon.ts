import { type BoxShape, clamp } from "./box";
import { Grid } from "./grid";
import type { Point, Size } from "./view";

export type Corner = readonly [number, number];

/** A closed outline in pixels of the image; the first point does not stand again at the end. */
export interface PolygonShape {
  readonly points: readonly Corner[];
}

export const leastCorners = 3;
export const mostCorners = 500;

/** The upright box around the outline. */
export function boxAround({ points }: PolygonShape): BoxShape {
  let [left, top] = points[0] ?? [0, 0];
  let [right, bottom] = [left, top];
  for (const [x, y] of points) {
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** Inside by the even–odd rule, or within `slack` of an edge. */
export function holds(shape: PolygonShape, at: Point, slack = 0): boolean {
  let inside = false;
  const { points } = shape;
  for (let k = 0; k < points.length; k++) {
    const [ax, ay] = points[k] as Corner;
    const [bx, by] = points[(k + 1) % points.length] as Corner;
    if (ay > at.y !== by > at.y && at.x < ax + ((at.y - ay) * (bx - ax)) / (by - ay)) inside = !inside;
    if (slack > 0 && toEdge(at, ax, ay, bx, by) <= slack) return true;
  }
  return inside;
}

function toEdge(at: Point, ax: number, ay: number, bx: number, by: number): number {
  const long = (bx - ax) ** 2 + (by - ay) ** 2;
  const t = long === 0 ? 0 : clamp(((at.x - ax) * (bx - ax) + (at.y - ay) * (by - ay)) / long, 0, 1);
  return Math.hypot(ax + t * (bx - ax) - at.x, ay + t * (by - ay) - at.y);
}

/** The middle of the edge that begins at a point. */
export function middleOf({ points }: PolygonShape, edge: number): Point {
  const [ax, ay] = points[edge] as Corner;
  const [bx, by] = points[(edge + 1) % points.length] as Corner;
  return { x: (ax + bx) / 2, y: (ay + by) / 2 };
}

export function pointOf(corner: Corner | undefined): Point {
  return { x: corner?.[0] ?? 0, y: corner?.[1] ?? 0 };
}

/** Moved as a whole, but no farther than the image reaches. */
export function shifted(shape: PolygonShape, dx: number, dy: number, image: Size): PolygonShape {
  const { x, y, width, height } = boxAround(shape);
  const right = clamp(dx, -x, image.width - x - width);
  const down = clamp(dy, -y, image.height - y - height);
  return { points: shape.points.map(([px, py]) => [px + right, py + down]) };
}

/** Finds outlines by place. */
export class PolygonGrid {
  private readonly around: readonly BoxShape[];
  private readonly grid: Grid;

  constructor(
    private readonly shapes: readonly PolygonShape[],
    image: Size,
  ) {
    this.around = shapes.map(boxAround);
    this.grid = new Grid(this.around, image);
  }

  box(index: number): BoxShape | undefined {
    return this.around[index];
  }

  touching(area: Point & Size): number[] {
    return this.grid.touching(area);
  }

  /** Under a point, the smallest first. */
  under(at: Point, slack: number): number[] {
    return this.grid.under(at, slack).filter((index) => holds(this.shapes[index] as PolygonShape, at, slack));
  }

  /** The nearest corner of any outline but one within `reach`. */
  corner(at: Point, reach: number, except: number | null): Point | undefined {
    let best: Point | undefined;
    let distance = reach;
    const area = { x: at.x - reach, y: at.y - reach, width: 2 * reach, height: 2 * reach };
    for (const index of this.grid.touching(area)) {
      if (index === except) continue;
      for (const [x, y] of (this.shapes[index] as PolygonShape).points) {
        const away = Math.hypot(x - at.x, y - at.y);
        if (away <= distance) {
          distance = away;
          best = { x, y };
        }
      }
    }
    return best;
  }
}

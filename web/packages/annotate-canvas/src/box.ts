import type { Point, Size } from "./view";

/** A box in pixels of the image; `rotation` in degrees clockwise about its centre. */
export interface BoxShape {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation?: number;
}

export type Handle = "n" | "ne" | "e" | "se" | "s" | "sw" | "w" | "nw";
export const handles: readonly Handle[] = ["nw", "n", "ne", "e", "se", "s", "sw", "w"];

export function centre(box: BoxShape): Point {
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function turned(point: Point, about: Point, degrees: number): Point {
  if (degrees === 0) return point;
  const angle = (degrees * Math.PI) / 180;
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  const dx = point.x - about.x;
  const dy = point.y - about.y;
  return { x: about.x + dx * cos - dy * sin, y: about.y + dx * sin + dy * cos };
}

/** A point of the image as seen by the box before it was turned. */
export function toOwn(box: BoxShape, point: Point): Point {
  return turned(point, centre(box), -(box.rotation ?? 0));
}

export function fromOwn(box: BoxShape, point: Point): Point {
  return turned(point, centre(box), box.rotation ?? 0);
}

/** Top left, top right, bottom right, bottom left, as turned. */
export function corners(box: BoxShape): readonly [Point, Point, Point, Point] {
  const right = box.x + box.width;
  const bottom = box.y + box.height;
  return [
    fromOwn(box, { x: box.x, y: box.y }),
    fromOwn(box, { x: right, y: box.y }),
    fromOwn(box, { x: right, y: bottom }),
    fromOwn(box, { x: box.x, y: bottom }),
  ];
}

/** The upright rectangle around the box as turned. */
export function bounds(box: BoxShape): { left: number; top: number; right: number; bottom: number } {
  if (!box.rotation) return { left: box.x, top: box.y, right: box.x + box.width, bottom: box.y + box.height };
  const points = corners(box);
  const xs = points.map((point) => point.x);
  const ys = points.map((point) => point.y);
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

export function contains(box: BoxShape, point: Point, slack = 0): boolean {
  const own = toOwn(box, point);
  return (
    own.x >= box.x - slack &&
    own.x <= box.x + box.width + slack &&
    own.y >= box.y - slack &&
    own.y <= box.y + box.height + slack
  );
}

export function handlePoint(box: BoxShape, handle: Handle): Point {
  const x = handle.includes("w") ? box.x : handle.includes("e") ? box.x + box.width : box.x + box.width / 2;
  const y = handle.includes("n") ? box.y : handle.includes("s") ? box.y + box.height : box.y + box.height / 2;
  return fromOwn(box, { x, y });
}

/** The handle for turning stands above the top edge, `distance` image pixels away. */
export function turnPoint(box: BoxShape, distance: number): Point {
  return fromOwn(box, { x: box.x + box.width / 2, y: box.y - distance });
}

export function between(a: Point, b: Point): BoxShape {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

/** Drag a handle to `to`: the opposite side stays where it is, also when the box is turned. */
export function resized<T extends BoxShape>(box: T, handle: Handle, to: Point, least: number): T {
  const own = toOwn(box, to);
  let left = box.x;
  let top = box.y;
  let right = box.x + box.width;
  let bottom = box.y + box.height;
  if (handle.includes("w")) left = Math.min(own.x, right - least);
  if (handle.includes("e")) right = Math.max(own.x, left + least);
  if (handle.includes("n")) top = Math.min(own.y, bottom - least);
  if (handle.includes("s")) bottom = Math.max(own.y, top + least);
  const next = { ...box, x: left, y: top, width: right - left, height: bottom - top };
  if (!box.rotation) return next;
  // the centre moved, and the box turns about its centre: put the fixed corner back where it was
  const fixed = { x: handle.includes("w") ? right : left, y: handle.includes("n") ? bottom : top };
  const before = fromOwn(box, fixed);
  const after = fromOwn(next, fixed);
  return { ...next, x: next.x + before.x - after.x, y: next.y + before.y - after.y };
}

/** The angle that makes the box look at `to`; near a quarter turn it is one. */
export function turnedTo<T extends BoxShape>(box: T, to: Point, free: boolean): T {
  const from = centre(box);
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI + 90;
  return { ...box, rotation: tidyAngle(angle, free) };
}

export function tidyAngle(degrees: number, free = true): number {
  let angle = ((degrees % 360) + 360) % 360;
  const quarter = Math.round(angle / 90) * 90;
  if (!free && Math.abs(angle - quarter) < 3) angle = quarter % 360;
  return Math.round(angle * 10) / 10 === 360 ? 0 : Math.round(angle * 10) / 10;
}

/** Keep an upright box inside the image (a turned one: its centre), without changing its size when moved. */
export function kept<T extends BoxShape>(box: T, image: Size): T {
  if (box.rotation) {
    const { x, y } = centre(box);
    const inside = { x: clamp(x, 0, image.width), y: clamp(y, 0, image.height) };
    return { ...box, x: box.x + inside.x - x, y: box.y + inside.y - y };
  }
  const width = Math.min(box.width, image.width);
  const height = Math.min(box.height, image.height);
  return {
    ...box,
    width,
    height,
    x: clamp(box.x, 0, image.width - width),
    y: clamp(box.y, 0, image.height - height),
  };
}

/** On whole pixels (`step` 1), or as fine as `step`. */
export function rounded<T extends BoxShape>(box: T, step: number): T {
  const to = (value: number): number => Number((Math.round(value / step) * step).toFixed(4));
  const x = to(box.x);
  const y = to(box.y);
  return {
    ...box,
    x,
    y,
    width: Math.max(step, to(box.x + box.width) - x),
    height: Math.max(step, to(box.y + box.height) - y),
  };
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}

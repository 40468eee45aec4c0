import { type BoxShape, corners, handlePoint, handles, turnPoint } from "./box";
import { turnHandlePixels } from "./boxTool";
import { boxAround, type Corner, leastCorners, middleOf, type PolygonShape, pointOf } from "./polygon";
import { type Point, toScreen, type View } from "./view";

/** How the shapes of one label are drawn. */
export interface Look {
  readonly name: string;
  readonly colour: string;
  readonly ink: string;
  readonly dash: readonly number[];
  readonly direction: "ltr" | "rtl";
}

type Context = CanvasRenderingContext2D;

/** Above this many shapes in sight, names and halos are left out: they could not be read. */
const manyShapes = 400;
const font = '500 11px "IBM Plex Sans", "IBM Plex Sans Arabic", system-ui, sans-serif';

/** What is painted alike whatever its form: how to trace it, and where its name stands. */
interface Form<T> {
  readonly trace: (path: Path2D, view: View, shape: T) => void;
  readonly box: (shape: T) => BoxShape;
}

const asBox: Form<BoxShape> = { trace, box: (box) => box };
const asPolygon: Form<PolygonShape> = { trace: traceOutline, box: boxAround };

export function paintBoxes(
  context: Context,
  view: View,
  boxes: readonly BoxShape[],
  indices: readonly number[],
  lookOf: (index: number) => Look,
  options: { suggestion?: boolean } = {},
): void {
  paintShapes(context, view, asBox, boxes, indices, lookOf, options);
}

export function paintPolygons(
  context: Context,
  view: View,
  polygons: readonly PolygonShape[],
  indices: readonly number[],
  lookOf: (index: number) => Look,
  options: { suggestion?: boolean } = {},
): void {
  paintShapes(context, view, asPolygon, polygons, indices, lookOf, options);
}

/** All shapes in sight, one path for each look: ten thousand boxes are a few strokes. */
function paintShapes<T>(
  context: Context,
  view: View,
  form: Form<T>,
  shapes: readonly T[],
  indices: readonly number[],
  lookOf: (index: number) => Look,
  options: { suggestion?: boolean },
): void {
  const groups = new Map<Look, number[]>();
  for (const index of indices) {
    const look = lookOf(index);
    const group = groups.get(look);
    if (group) group.push(index);
    else groups.set(look, [index]);
  }
  const few = indices.length <= manyShapes;
  for (const [look, members] of groups) {
    const outline = new Path2D();
    for (const index of members) form.trace(outline, view, shapes[index] as T);
    if (few) {
      context.setLineDash([]);
      context.lineWidth = 4;
      context.strokeStyle = "rgba(0, 0, 0, 0.45)";
      context.stroke(outline);
      if (!options.suggestion) {
        context.globalAlpha = 0.12;
        context.fillStyle = look.colour;
        context.fill(outline);
        context.globalAlpha = 1;
      }
    }
    context.lineWidth = 2;
    context.strokeStyle = few ? "#ffffff" : look.colour;
    context.setLineDash([]);
    if (few && (look.dash.length > 0 || options.suggestion)) context.stroke(outline);
    context.strokeStyle = look.colour;
    context.setLineDash(options.suggestion ? [3, 5] : [...look.dash]);
    context.stroke(outline);
  }
  context.setLineDash([]);
  if (few)
    for (const index of indices)
      tag(context, view, form.box(shapes[index] as T), lookOf(index), options.suggestion);
}

/** The box being drawn or changed, or the one selected with its handles. */
export function paintActive(
  context: Context,
  view: View,
  box: BoxShape,
  look: Look,
  options: { handles: boolean; rotate: boolean },
): void {
  const outline = new Path2D();
  trace(outline, view, box);
  paintStrong(context, outline, look);
  tag(context, view, box, look);
  if (!options.handles) return;
  const points = handles.map((handle) => handlePoint(box, handle));
  if (options.rotate) points.push(turnPoint(box, turnHandlePixels / view.scale));
  for (const [index, point] of points.entries()) {
    const { x, y } = toScreen(view, point);
    context.beginPath();
    if (index < handles.length) context.rect(x - 4, y - 4, 8, 8);
    else context.arc(x, y, 5, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.strokeStyle = "#000000";
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}

/** The outline selected or being changed. */
export function paintOutline(context: Context, view: View, shape: PolygonShape, look: Look): void {
  const outline = new Path2D();
  traceOutline(outline, view, shape);
  paintStrong(context, outline, look);
  tag(context, view, boxAround(shape), look);
}

/** The corners of the outline in hand, the one that keys work on larger, and the middles of its edges. */
export function paintGrips(
  context: Context,
  view: View,
  shape: PolygonShape,
  edges: readonly number[],
  chosen: number | null,
): void {
  context.strokeStyle = "#000000";
  context.lineWidth = 1.5;
  const dot = (point: Point, radius: number, fill: string): void => {
    const { x, y } = toScreen(view, point);
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = fill;
    context.fill();
    context.stroke();
  };
  context.globalAlpha = 0.75;
  for (const edge of edges) dot(middleOf(shape, edge), 3, "#cccccc");
  context.globalAlpha = 1;
  shape.points.forEach((corner, index) => {
    if (index !== chosen) dot(pointOf(corner), 4.5, "#ffffff");
  });
  if (chosen === null) return;
  dot(pointOf(shape.points[chosen]), 8, "#ffffff");
  dot(pointOf(shape.points[chosen]), 4, "#000000");
}

/** The corners set so far, and the line to where the next would be. The first is a ring: a click there closes. */
export function paintTrail(
  context: Context,
  view: View,
  corners: readonly Corner[],
  to: Point,
  look: Look,
): void {
  const trail = new Path2D();
  for (const [index, corner] of [...corners.map(pointOf), to].entries()) {
    const { x, y } = toScreen(view, corner);
    if (index === 0) trail.moveTo(x, y);
    else trail.lineTo(x, y);
  }
  for (const [lineWidth, colour] of [
    [5, "#000000"],
    [3, "#ffffff"],
    [2, look.colour],
  ] as const) {
    context.lineWidth = lineWidth;
    context.strokeStyle = colour;
    context.stroke(trail);
  }
  for (const [index, corner] of corners.entries()) {
    const { x, y } = toScreen(view, pointOf(corner));
    context.beginPath();
    context.arc(x, y, index === 0 && corners.length >= leastCorners ? 8 : 4, 0, 2 * Math.PI);
    context.fillStyle = "#ffffff";
    context.strokeStyle = "#000000";
    context.lineWidth = 1.5;
    context.fill();
    context.stroke();
  }
}

/** The cross of the keyboard's way to draw, and of exact aiming. */
export function paintCross(context: Context, view: View, at: Point, width: number, height: number): void {
  const { x, y } = toScreen(view, at);
  for (const [lineWidth, colour] of [
    [3, "rgba(0, 0, 0, 0.7)"],
    [1, "#ffffff"],
  ] as const) {
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, height);
    context.moveTo(0, y);
    context.lineTo(width, y);
    context.lineWidth = lineWidth;
    context.strokeStyle = colour;
    context.stroke();
  }
}

function paintStrong(context: Context, outline: Path2D, look: Look): void {
  context.globalAlpha = 0.18;
  context.fillStyle = look.colour;
  context.fill(outline);
  context.globalAlpha = 1;
  context.lineWidth = 5;
  context.strokeStyle = "#000000";
  context.stroke(outline);
  context.lineWidth = 3;
  context.strokeStyle = "#ffffff";
  context.stroke(outline);
  context.lineWidth = 2;
  context.strokeStyle = look.colour;
  context.stroke(outline);
}

function traceOutline(path: Path2D, view: View, { points }: PolygonShape): void {
  points.forEach(([px, py], index) => {
    const { x, y } = toScreen(view, { x: px, y: py });
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  path.closePath();
}

function trace(path: Path2D, view: View, box: BoxShape): void {
  if (!box.rotation) {
    path.rect(
      box.x * view.scale + view.x,
      box.y * view.scale + view.y,
      box.width * view.scale,
      box.height * view.scale,
    );
    return;
  }
  corners(box).forEach((corner, index) => {
    const { x, y } = toScreen(view, corner);
    if (index === 0) path.moveTo(x, y);
    else path.lineTo(x, y);
  });
  path.closePath();
}

/** The label's name on its colour, above the box, or inside where there is no room. */
function tag(context: Context, view: View, box: BoxShape, look: Look, suggestion = false): void {
  const width = box.width * view.scale;
  if (width < 20 || !look.name) return;
  context.font = font;
  context.direction = look.direction;
  const text = suggestion ? `${look.name} ?` : look.name;
  const length = Math.min(context.measureText(text).width + 10, Math.max(width, 48));
  const [at] = corners(box);
  const { x, y } = toScreen(view, at);
  const top = y >= 18 ? y - 18 : y;
  context.fillStyle = look.colour;
  context.fillRect(x - 1, top, length, 17);
  context.fillStyle = look.ink;
  context.textBaseline = "middle";
  context.textAlign = look.direction === "rtl" ? "right" : "left";
  context.fillText(text, look.direction === "rtl" ? x + length - 6 : x + 4, top + 9, length - 8);
}

import { clamp } from "./box";
import {
  type Corner,
  leastCorners,
  middleOf,
  mostCorners,
  type PolygonGrid,
  type PolygonShape,
  pointOf,
  shifted,
} from "./polygon";
import type { Point, Size, View } from "./view";

/** What the tool works on; it changes nothing itself. */
export interface PolygonScene {
  readonly shapes: readonly PolygonShape[];
  readonly selected: number | null;
  readonly locked: (index: number) => boolean;
  readonly hidden: (index: number) => boolean;
  readonly grid: PolygonGrid;
  readonly image: Size;
  readonly view: View;
  readonly snap: boolean;
  /** A label is chosen and the question takes changes. */
  readonly mayDraw: boolean;
  readonly readOnly: boolean;
  /** Whether an outline may be an answer: none that crosses itself is. */
  readonly fits: (points: readonly Corner[]) => boolean;
}

/** The states of the tool. Points are in image pixels. */
export type PolygonToolState =
  /** `point`: the corner of the selected outline that keys work on. */
  | { readonly mode: "idle"; readonly point: number | null }
  | { readonly mode: "pressed"; readonly from: Point; readonly over: number | null }
  /** Corners are set one after the other; the next follows the pointer or the arrows. */
  | { readonly mode: "drawing"; readonly points: readonly Corner[]; readonly to: Point }
  /** The keyboard's cross is shown, no corner is set. */
  | { readonly mode: "aiming"; readonly at: Point }
  | { readonly mode: "moving"; readonly index: number; readonly from: Point; readonly shape: PolygonShape }
  | {
      readonly mode: "bending";
      readonly index: number;
      readonly point: number;
      readonly from: Point;
      readonly shape: PolygonShape;
      readonly moved: boolean;
    };

export type PolygonToolEvent =
  /** `remove`: a press on a corner takes it away. `anew`: a press draws, also over another outline. */
  | { readonly type: "down"; readonly at: Point; readonly remove: boolean; readonly anew: boolean }
  | { readonly type: "move"; readonly at: Point; readonly free: boolean }
  | { readonly type: "up"; readonly at: Point; readonly free: boolean }
  | { readonly type: "cancel" }
  /** The keyboard's way to draw: show the cross, set corners. With a corner chosen: set one after it. */
  | { readonly type: "corner"; readonly near: Point }
  | { readonly type: "close" }
  | { readonly type: "back" }
  | { readonly type: "walk"; readonly by: 1 | -1 }
  | { readonly type: "remove" }
  | { readonly type: "nudge"; readonly dx: number; readonly dy: number };

export type PolygonToolEffect =
  | { readonly type: "select"; readonly index: number | null }
  | { readonly type: "add"; readonly shape: PolygonShape }
  | { readonly type: "replace"; readonly index: number; readonly shape: PolygonShape }
  /** It was not done: the outline would cross itself, or have too few or too many corners. */
  | { readonly type: "refuse"; readonly why: "crosses" | "few" | "many" };

export interface PolygonToolStep {
  readonly state: PolygonToolState;
  readonly effects: readonly PolygonToolEffect[];
}

export const polygonIdle: PolygonToolState = { mode: "idle", point: null };
const dragPixels = 4;
const grabPixels = 9;
const snapPixels = 6;
/** Edges shorter than this on the screen show no middle to drag. */
export const middlePixels = 28;

/** One step of the tool: the next state, and what is to be done. */
export function polygonTool(
  state: PolygonToolState,
  event: PolygonToolEvent,
  scene: PolygonScene,
): PolygonToolStep {
  switch (event.type) {
    case "cancel":
      return still(polygonIdle);
    case "corner":
      return onCorner(state, event.near, scene);
    case "close":
      return state.mode === "drawing" ? closed(state, scene) : still(state);
    case "back":
      return onBack(state);
    case "walk":
      return onWalk(state, event.by, scene);
    case "remove":
      return onRemove(state, scene);
    case "nudge":
      return onNudge(state, event.dx, event.dy, scene);
    case "down":
      return onDown(state, event.at, event.remove, event.anew, scene);
    case "move":
      return still(dragged(state, event.at, event.free, scene));
    case "up":
      return onUp(state, event.at, event.free, scene);
  }
}

/** The selected outline as it would be if what is under way ended now. */
export function shapeInHand(state: PolygonToolState): PolygonShape | undefined {
  return state.mode === "moving" || state.mode === "bending" ? state.shape : undefined;
}

/** The corner of the selected outline under the pointer, or the middle of one of its edges. */
export function gripUnder(
  at: Point,
  scene: PolygonScene,
): { readonly point: number } | { readonly edge: number } | undefined {
  const shape = editable(scene);
  if (!shape) return undefined;
  const reach = grabPixels / scene.view.scale;
  const away = (point: Point): number => Math.hypot(point.x - at.x, point.y - at.y);
  let point = -1;
  shape.points.forEach((corner, index) => {
    const near = away(pointOf(corner));
    if (near <= reach && (point < 0 || near < away(pointOf(shape.points[point])))) point = index;
  });
  if (point >= 0) return { point };
  const edge = middles(shape, scene.view).find((index) => away(middleOf(shape, index)) <= reach);
  return edge === undefined ? undefined : { edge };
}

/** The edges long enough on the screen to be dragged by their middle. */
export function middles(shape: PolygonShape, view: View): number[] {
  if (shape.points.length >= mostCorners) return [];
  return shape.points.flatMap((corner, index) => {
    const [x, y] = shape.points[(index + 1) % shape.points.length] as Corner;
    return Math.hypot(x - corner[0], y - corner[1]) * view.scale >= middlePixels ? [index] : [];
  });
}

/** Whether a click here closes the outline being drawn. */
export function closesAt(state: PolygonToolState, at: Point, view: View): boolean {
  if (state.mode !== "drawing" || state.points.length < leastCorners) return false;
  const [x, y] = state.points[0] as Corner;
  return Math.hypot(x - at.x, y - at.y) * view.scale <= grabPixels;
}

function still(state: PolygonToolState): PolygonToolStep {
  return { state, effects: [] };
}

function refused(state: PolygonToolState, why: "crosses" | "few" | "many"): PolygonToolStep {
  return { state, effects: [{ type: "refuse", why }] };
}

function editable(scene: PolygonScene): PolygonShape | undefined {
  const { selected } = scene;
  if (selected === null || scene.readOnly || scene.locked(selected) || scene.hidden(selected))
    return undefined;
  return scene.shapes[selected];
}

function under(at: Point, scene: PolygonScene): number | null {
  const found = scene.grid.under(at, 3 / scene.view.scale).filter((index) => !scene.hidden(index));
  if (scene.selected !== null && found.includes(scene.selected)) return scene.selected;
  return found[0] ?? null;
}

/** Inside the image, on whole pixels with snapping, hundredths without; on a corner or an edge of the image near by. */
function drawn(at: Point, free: boolean, scene: PolygonScene, except: number | null = null): Point {
  const { width, height } = scene.image;
  if (free || !scene.snap) return { x: fine(clamp(at.x, 0, width)), y: fine(clamp(at.y, 0, height)) };
  const reach = snapPixels / scene.view.scale;
  const corner = scene.grid.corner(at, reach, except);
  if (corner) return corner;
  const along = (value: number, end: number): number =>
    value < reach ? 0 : value > end - reach ? end : Math.round(value);
  return { x: along(at.x, width), y: along(at.y, height) };
}

function fine(value: number): number {
  return Math.round(value * 100) / 100;
}

function cornerAt(point: Point): Corner {
  return [point.x, point.y];
}

function onDown(
  state: PolygonToolState,
  at: Point,
  remove: boolean,
  anew: boolean,
  scene: PolygonScene,
): PolygonToolStep {
  if (state.mode === "drawing") return still({ ...state, to: drawn(at, false, scene) });
  const grip = anew ? undefined : gripUnder(at, scene);
  const shape = editable(scene);
  const index = scene.selected;
  if (grip && shape && index !== null) {
    if ("point" in grip) {
      if (remove) return without(shape, index, grip.point, scene);
      return still({ mode: "bending", index, point: grip.point, from: at, shape, moved: false });
    }
    if (!remove) {
      const point = grip.edge + 1;
      const points = shape.points.toSpliced(point, 0, cornerAt(middleOf(shape, grip.edge)));
      return still({ mode: "bending", index, point, from: at, shape: { points }, moved: false });
    }
  }
  return still({ mode: "pressed", from: at, over: anew && scene.mayDraw ? null : under(at, scene) });
}

function dragged(state: PolygonToolState, at: Point, free: boolean, scene: PolygonScene): PolygonToolState {
  const far = (from: Point): boolean =>
    Math.hypot(at.x - from.x, at.y - from.y) * scene.view.scale >= dragPixels;
  switch (state.mode) {
    case "pressed": {
      const shape = editable(scene);
      if (!shape || !far(state.from) || scene.selected === null || state.over !== scene.selected)
        return state;
      return dragged({ mode: "moving", index: scene.selected, from: state.from, shape }, at, free, scene);
    }
    case "drawing":
      return {
        ...state,
        to: closesAt(state, at, scene.view) ? pointOf(state.points[0]) : drawn(at, free, scene),
      };
    case "moving": {
      const before = scene.shapes[state.index] ?? state.shape;
      const whole = (value: number): number => (scene.snap && !free ? Math.round(value) : fine(value));
      const [dx, dy] = [whole(at.x - state.from.x), whole(at.y - state.from.y)];
      return { ...state, shape: shifted(before, dx, dy, scene.image) };
    }
    case "bending": {
      if (!state.moved && !far(state.from)) return state;
      const to = drawn(at, free, scene, state.index);
      return { ...state, moved: true, shape: { points: state.shape.points.with(state.point, cornerAt(to)) } };
    }
    default:
      return state;
  }
}

function onUp(state: PolygonToolState, at: Point, free: boolean, scene: PolygonScene): PolygonToolStep {
  const now = dragged(state, at, free, scene);
  switch (now.mode) {
    case "pressed":
      if (now.over !== null) return { state: polygonIdle, effects: [{ type: "select", index: now.over }] };
      if (scene.mayDraw) {
        const to = drawn(at, free, scene);
        const effects: PolygonToolEffect[] = scene.selected === null ? [] : [{ type: "select", index: null }];
        return { state: { mode: "drawing", points: [cornerAt(to)], to }, effects };
      }
      return { state: polygonIdle, effects: [{ type: "select", index: null }] };
    case "drawing":
      return closesAt(now, at, scene.view) ? closed(now, scene) : further(now);
    case "moving":
      return { state: polygonIdle, effects: [{ type: "replace", index: now.index, shape: now.shape }] };
    case "bending": {
      const before = scene.shapes[now.index]?.points.length;
      // a press on the middle of an edge adds nothing until it is dragged
      const point = now.shape.points.length === before ? now.point : null;
      if (!now.moved) return still({ mode: "idle", point });
      if (!scene.fits(now.shape.points)) return refused({ mode: "idle", point }, "crosses");
      return {
        state: { mode: "idle", point: now.point },
        effects: [{ type: "replace", index: now.index, shape: now.shape }],
      };
    }
    default:
      return still(now);
  }
}

/** One corner more where the pointer or the cross is; the same place twice is one corner. */
function further(state: PolygonToolState & { mode: "drawing" }): PolygonToolStep {
  const { points, to } = state;
  if (points.some(([x, y]) => x === to.x && y === to.y)) return still(state);
  if (points.length >= mostCorners) return refused(state, "many");
  return still({ ...state, points: [...points, cornerAt(to)] });
}

function closed(state: PolygonToolState & { mode: "drawing" }, scene: PolygonScene): PolygonToolStep {
  if (state.points.length < leastCorners) return refused(state, "few");
  if (!scene.fits(state.points)) return refused(state, "crosses");
  return { state: polygonIdle, effects: [{ type: "add", shape: { points: state.points } }] };
}

function onCorner(state: PolygonToolState, near: Point, scene: PolygonScene): PolygonToolStep {
  const shape = editable(scene);
  if (state.mode === "idle" && state.point !== null && shape && scene.selected !== null) {
    if (shape.points.length >= mostCorners) return refused(state, "many");
    const { x, y } = middleOf(shape, state.point);
    const points = shape.points.toSpliced(state.point + 1, 0, [fine(x), fine(y)]);
    if (!scene.fits(points)) return refused(state, "crosses");
    return {
      state: { mode: "idle", point: state.point + 1 },
      effects: [{ type: "replace", index: scene.selected, shape: { points } }],
    };
  }
  if (!scene.mayDraw) return still(state);
  switch (state.mode) {
    case "idle": {
      const { x, y } = drawn(near, true, scene);
      return still({ mode: "aiming", at: { x: Math.round(x), y: Math.round(y) } });
    }
    case "aiming":
      return still({ mode: "drawing", points: [cornerAt(state.at)], to: state.at });
    case "drawing": {
      const [x, y] = state.points[0] as Corner;
      const home = state.points.length >= leastCorners && state.to.x === x && state.to.y === y;
      return home ? closed(state, scene) : further(state);
    }
    default:
      return still(state);
  }
}

function onBack(state: PolygonToolState): PolygonToolStep {
  if (state.mode !== "drawing") return still(state);
  if (state.points.length === 1) return still({ mode: "aiming", at: pointOf(state.points[0]) });
  return still({ ...state, points: state.points.slice(0, -1) });
}

function onWalk(state: PolygonToolState, by: 1 | -1, scene: PolygonScene): PolygonToolStep {
  const shape = editable(scene);
  if (state.mode !== "idle" || !shape) return still(state);
  const count = shape.points.length;
  const from = state.point ?? (by > 0 ? -1 : 0);
  return still({ mode: "idle", point: (from + by + count) % count });
}

function onRemove(state: PolygonToolState, scene: PolygonScene): PolygonToolStep {
  const shape = editable(scene);
  if (state.mode !== "idle" || state.point === null || !shape || scene.selected === null) return still(state);
  return without(shape, scene.selected, state.point, scene);
}

function without(shape: PolygonShape, index: number, point: number, scene: PolygonScene): PolygonToolStep {
  const state: PolygonToolState = { mode: "idle", point };
  if (shape.points.length <= leastCorners) return refused(state, "few");
  const points = shape.points.toSpliced(point, 1);
  if (!scene.fits(points)) return refused(state, "crosses");
  return {
    state: { mode: "idle", point: point % points.length },
    effects: [{ type: "replace", index, shape: { points } }],
  };
}

function onNudge(state: PolygonToolState, dx: number, dy: number, scene: PolygonScene): PolygonToolStep {
  if (state.mode === "aiming")
    return still({ mode: "aiming", at: drawn({ x: state.at.x + dx, y: state.at.y + dy }, true, scene) });
  if (state.mode === "drawing")
    return still({ ...state, to: drawn({ x: state.to.x + dx, y: state.to.y + dy }, true, scene) });
  const shape = editable(scene);
  const index = scene.selected;
  if (state.mode !== "idle" || !shape || index === null) return still(state);
  if (state.point === null)
    return { state, effects: [{ type: "replace", index, shape: shifted(shape, dx, dy, scene.image) }] };
  const { x, y } = pointOf(shape.points[state.point]);
  const to = drawn({ x: x + dx, y: y + dy }, true, scene);
  const points = shape.points.with(state.point, cornerAt(to));
  if (!scene.fits(points)) return refused(state, "crosses");
  return { state, effects: [{ type: "replace", index, shape: { points } }] };
}

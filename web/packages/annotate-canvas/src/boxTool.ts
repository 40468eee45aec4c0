import {
  type BoxShape,
  between,
  type Handle,
  handlePoint,
  handles,
  kept,
  resized,
  rounded,
  turnedTo,
  turnPoint,
} from "./box";
import type { Grid } from "./grid";
import type { SnapLines } from "./snap";
import type { Point, Size, View } from "./view";

/** What the tool works on; it changes nothing itself. */
export interface Scene {
  readonly boxes: readonly BoxShape[];
  readonly selected: number | null;
  readonly locked: (index: number) => boolean;
  readonly hidden: (index: number) => boolean;
  readonly grid: Grid;
  readonly lines: SnapLines;
  readonly image: Size;
  readonly view: View;
  readonly rotate: boolean;
  readonly snap: boolean;
  readonly minSize: number;
  /** A label is chosen and the question takes changes, so a drag draws. */
  readonly mayDraw: boolean;
  readonly readOnly: boolean;
}

/** The states of the tool. Points are in image pixels. */
export type ToolState =
  | { readonly mode: "idle" }
  /** Pressed, and not yet known whether it will be a click or a drag. */
  | { readonly mode: "pressed"; readonly from: Point; readonly over: number | null }
  | { readonly mode: "drawing"; readonly from: Point; readonly to: Point }
  /** One corner was set by a click or by the keyboard; the other follows the pointer or the arrows. */
  | { readonly mode: "anchored"; readonly from: Point; readonly to: Point }
  /** The keyboard's cross is shown, no corner is set. */
  | { readonly mode: "aiming"; readonly at: Point }
  | { readonly mode: "moving"; readonly index: number; readonly from: Point; readonly box: BoxShape }
  | { readonly mode: "resizing"; readonly index: number; readonly handle: Handle; readonly box: BoxShape }
  | { readonly mode: "turning"; readonly index: number; readonly box: BoxShape };

export type ToolEvent =
  | { readonly type: "down"; readonly at: Point }
  | { readonly type: "move"; readonly at: Point; readonly free: boolean }
  | { readonly type: "up"; readonly at: Point; readonly free: boolean }
  | { readonly type: "cancel" }
  /** The keyboard's way to draw: show the cross, set a corner, set the other. */
  | { readonly type: "corner"; readonly near: Point }
  | { readonly type: "nudge"; readonly dx: number; readonly dy: number };

export type ToolEffect =
  | { readonly type: "select"; readonly index: number | null }
  | { readonly type: "add"; readonly box: BoxShape }
  | { readonly type: "replace"; readonly index: number; readonly box: BoxShape };

export interface ToolStep {
  readonly state: ToolState;
  readonly effects: readonly ToolEffect[];
}

export const idle: ToolState = { mode: "idle" };
const dragPixels = 4;
const grabPixels = 8;
const snapPixels = 6;
export const turnHandlePixels = 24;

/** One step of the tool: the next state, and what is to be done. */
export function boxTool(state: ToolState, event: ToolEvent, scene: Scene): ToolStep {
  if (event.type === "cancel") return still(idle);
  if (event.type === "corner") return onCorner(state, event.near, scene);
  if (event.type === "nudge") return onNudge(state, event.dx, event.dy, scene);
  if (event.type === "down") return onDown(state, event.at, scene);
  if (event.type === "move") return still(dragged(state, event.at, event.free, scene));
  return onUp(state, event.at, event.free, scene);
}

/** What to show while a drag or a drawing is under way. */
export function inProgress(state: ToolState): BoxShape | undefined {
  switch (state.mode) {
    case "drawing":
    case "anchored":
      return between(state.from, state.to);
    case "moving":
    case "resizing":
    case "turning":
      return state.box;
    default:
      return undefined;
  }
}

/** The handle under the pointer, of the selected box only; `turn` where the box may be turned. */
export function handleUnder(at: Point, scene: Scene): Handle | "turn" | undefined {
  const box = editable(scene);
  if (!box) return undefined;
  const reach = grabPixels / scene.view.scale;
  const near = (point: Point): boolean => Math.hypot(point.x - at.x, point.y - at.y) <= reach;
  if (scene.rotate && near(turnPoint(box, turnHandlePixels / scene.view.scale))) return "turn";
  return handles.find((handle) => near(handlePoint(box, handle)));
}

function still(state: ToolState): ToolStep {
  return { state, effects: [] };
}

function editable(scene: Scene): BoxShape | undefined {
  const { selected } = scene;
  if (selected === null || scene.readOnly || scene.locked(selected) || scene.hidden(selected))
    return undefined;
  return scene.boxes[selected];
}

function under(at: Point, scene: Scene): number | null {
  const found = scene.grid.under(at, 3 / scene.view.scale).filter((index) => !scene.hidden(index));
  // the selected box keeps the pointer, so that it can be dragged from beneath another
  if (scene.selected !== null && found.includes(scene.selected)) return scene.selected;
  return found[0] ?? null;
}

function onDown(state: ToolState, at: Point, scene: Scene): ToolStep {
  if (state.mode === "anchored") return still({ ...state, to: at });
  const handle = handleUnder(at, scene);
  const box = editable(scene);
  if (handle && box && scene.selected !== null) {
    if (handle === "turn") return still({ mode: "turning", index: scene.selected, box });
    return still({ mode: "resizing", index: scene.selected, handle, box });
  }
  return still({ mode: "pressed", from: at, over: under(at, scene) });
}

function dragged(state: ToolState, at: Point, free: boolean, scene: Scene): ToolState {
  switch (state.mode) {
    case "pressed": {
      if (Math.hypot(at.x - state.from.x, at.y - state.from.y) * scene.view.scale < dragPixels) return state;
      const box = editable(scene);
      if (box && state.over === scene.selected && scene.selected !== null)
        return dragged({ mode: "moving", index: scene.selected, from: state.from, box }, at, free, scene);
      if (!scene.mayDraw) return state;
      return { mode: "drawing", from: drawn(state.from, free, scene), to: drawn(at, free, scene) };
    }
    case "drawing":
    case "anchored":
      return { ...state, to: drawn(at, free, scene) };
    case "moving": {
      const before = scene.boxes[state.index] ?? state.box;
      const moved = { ...before, x: before.x + at.x - state.from.x, y: before.y + at.y - state.from.y };
      const shift =
        free || !scene.snap || moved.rotation ? { x: 0, y: 0 } : otherLines(scene, state.index, moved);
      return { ...state, box: kept({ ...moved, x: moved.x + shift.x, y: moved.y + shift.y }, scene.image) };
    }
    case "resizing": {
      const before = scene.boxes[state.index] ?? state.box;
      const to = before.rotation ? at : drawn(at, free, scene);
      return { ...state, box: resized(before, state.handle, to, scene.minSize) };
    }
    case "turning":
      return { ...state, box: turnedTo(scene.boxes[state.index] ?? state.box, at, free) };
    default:
      return state;
  }
}

/** Snap a moved box, but not to where it stood. */
function otherLines(scene: Scene, index: number, moved: BoxShape): Point {
  const shift = scene.lines.shift(moved, snapPixels / scene.view.scale);
  const before = scene.boxes[index];
  if (!before) return shift;
  return {
    x: Math.abs(moved.x + shift.x - before.x) < 1e-9 ? 0 : shift.x,
    y: Math.abs(moved.y + shift.y - before.y) < 1e-9 ? 0 : shift.y,
  };
}

/** A drawn corner: inside the image, and on a line near by unless the person wants it free. */
function drawn(at: Point, free: boolean, scene: Scene): Point {
  const near = free || !scene.snap ? at : scene.lines.point(at, snapPixels / scene.view.scale);
  return {
    x: Math.min(Math.max(near.x, 0), scene.image.width),
    y: Math.min(Math.max(near.y, 0), scene.image.height),
  };
}

function onUp(state: ToolState, at: Point, free: boolean, scene: Scene): ToolStep {
  const now = dragged(state, at, free, scene);
  switch (now.mode) {
    case "pressed":
      if (now.over !== null) return { state: idle, effects: [{ type: "select", index: now.over }] };
      if (scene.selected !== null) return { state: idle, effects: [{ type: "select", index: null }] };
      if (!scene.mayDraw) return still(idle);
      return still({ mode: "anchored", from: drawn(at, free, scene), to: drawn(at, free, scene) });
    case "drawing":
    case "anchored":
      return finished(now.from, now.to, now.mode, scene);
    case "moving":
    case "resizing":
    case "turning":
      return { state: idle, effects: [{ type: "replace", index: now.index, box: tidy(now.box, scene) }] };
    default:
      return still(now);
  }
}

function finished(from: Point, to: Point, mode: "drawing" | "anchored", scene: Scene): ToolStep {
  const box = tidy(between(from, to), scene);
  const tooSmall = Math.abs(from.x - to.x) < scene.minSize || Math.abs(from.y - to.y) < scene.minSize;
  if (tooSmall) return still(mode === "anchored" ? { mode, from, to } : idle);
  return { state: idle, effects: [{ type: "add", box }] };
}

/** Whole pixels with snapping, hundredths without; inside the image. */
function tidy(box: BoxShape, scene: Scene): BoxShape {
  return kept(rounded(box, scene.snap ? 1 : 0.01), scene.image);
}

function onCorner(state: ToolState, near: Point, scene: Scene): ToolStep {
  if (!scene.mayDraw) return still(state);
  switch (state.mode) {
    case "idle":
      return still({ mode: "aiming", at: roundedPoint(drawn(near, true, scene)) });
    case "aiming":
      return still({ mode: "anchored", from: state.at, to: state.at });
    case "anchored":
      return finished(state.from, state.to, "anchored", scene);
    default:
      return still(state);
  }
}

function onNudge(state: ToolState, dx: number, dy: number, scene: Scene): ToolStep {
  if (state.mode === "aiming")
    return still({ mode: "aiming", at: drawn({ x: state.at.x + dx, y: state.at.y + dy }, true, scene) });
  if (state.mode === "anchored")
    return still({ ...state, to: drawn({ x: state.to.x + dx, y: state.to.y + dy }, true, scene) });
  const box = editable(scene);
  if (state.mode === "idle" && box && scene.selected !== null)
    return {
      state,
      effects: [
        {
          type: "replace",
          index: scene.selected,
          box: kept({ ...box, x: box.x + dx, y: box.y + dy }, scene.image),
        },
      ],
    };
  return still(state);
}

function roundedPoint(point: Point): Point {
  return { x: Math.round(point.x), y: Math.round(point.y) };
}

import { describe, expect, it } from "vitest";
import {
  type BoxShape,
  boxTool,
  Grid,
  idle,
  type Scene,
  SnapLines,
  type ToolEvent,
  type ToolState,
} from "../src/index";

const image = { width: 200, height: 100 };
function scene(boxes: BoxShape[], more: Partial<Scene> = {}): Scene {
  return {
    boxes,
    selected: null,
    locked: () => false,
    hidden: () => false,
    grid: new Grid(boxes, image),
    lines: new SnapLines(boxes, image),
    image,
    view: { scale: 1, x: 0, y: 0 },
    rotate: false,
    snap: false,
    minSize: 1,
    mayDraw: true,
    readOnly: false,
    ...more,
  };
}
function play(events: ToolEvent[], on: Scene) {
  let state: ToolState = idle;
  const effects = events.flatMap((event) => {
    const step = boxTool(state, event, on);
    state = step.state;
    return step.effects;
  });
  return { state, effects };
}
const down = (x: number, y: number): ToolEvent => ({ type: "down", at: { x, y } });
const move = (x: number, y: number): ToolEvent => ({ type: "move", at: { x, y }, free: false });
const up = (x: number, y: number): ToolEvent => ({ type: "up", at: { x, y }, free: false });
const corner: ToolEvent = { type: "corner", near: { x: 50, y: 50 } };
const nudge = (dx: number, dy: number): ToolEvent => ({ type: "nudge", dx, dy });

describe("the box tool", () => {
  it("draws by a drag in any direction, inside the image", () => {
    const { effects, state } = play([down(50, 50), move(30, 20), up(-40, 10)], scene([]));
    expect(effects).toEqual([{ type: "add", box: { x: 0, y: 10, width: 50, height: 40 } }]);
    expect(state).toEqual(idle);
  });

  it("draws by two clicks, for those who cannot drag", () => {
    const { effects } = play([down(10, 10), up(10, 10), move(30, 30), down(40, 50), up(40, 50)], scene([]));
    expect(effects).toEqual([{ type: "add", box: { x: 10, y: 10, width: 30, height: 40 } }]);
  });

  it("draws by keys alone", () => {
    const { effects } = play([corner, nudge(-10, 0), corner, nudge(20, 0), nudge(0, 30), corner], scene([]));
    expect(effects).toEqual([{ type: "add", box: { x: 40, y: 50, width: 20, height: 30 } }]);
  });

  it("gives up on cancel and draws nothing without a label or in a read-only view", () => {
    expect(play([down(10, 10), move(50, 50), { type: "cancel" }, up(50, 50)], scene([])).effects).toEqual([]);
    expect(play([down(10, 10), move(50, 50), up(50, 50)], scene([], { mayDraw: false })).effects).toEqual([]);
  });

  it("selects the smallest box by a click, and draws inside a box that is not selected", () => {
    const boxes = [
      { x: 0, y: 0, width: 100, height: 100 },
      { x: 20, y: 20, width: 20, height: 20 },
    ];
    expect(play([down(30, 30), up(30, 30)], scene(boxes)).effects).toEqual([{ type: "select", index: 1 }]);
    expect(play([down(50, 50), move(60, 60), up(80, 80)], scene(boxes)).effects).toEqual([
      { type: "add", box: { x: 50, y: 50, width: 30, height: 30 } },
    ]);
  });

  it("moves and resizes the selected box, and not a locked one", () => {
    const boxes = [{ x: 20, y: 20, width: 40, height: 20, label: "car" }];
    const at = scene(boxes, { selected: 0 });
    expect(play([down(40, 30), move(50, 35), up(190, 30)], at).effects).toEqual([
      { type: "replace", index: 0, box: { x: 160, y: 20, width: 40, height: 20, label: "car" } },
    ]);
    expect(play([down(60, 40), up(80, 70)], at).effects).toEqual([
      { type: "replace", index: 0, box: { x: 20, y: 20, width: 60, height: 50, label: "car" } },
    ]);
    const locked = scene(boxes, { selected: 0, locked: () => true, mayDraw: false });
    expect(play([down(40, 30), move(80, 50), up(80, 50)], locked).effects).toEqual([
      { type: "select", index: 0 },
    ]);
  });

  it("draws an edge to a line near by unless told not to", () => {
    const boxes = [{ x: 100, y: 0, width: 50, height: 50 }];
    const on = scene(boxes, { snap: true });
    const drawn = play([down(10, 60), move(50, 80), up(97, 90)], on).effects;
    expect(drawn).toEqual([{ type: "add", box: { x: 10, y: 60, width: 90, height: 30 } }]);
    const free: ToolEvent = { type: "up", at: { x: 97, y: 90 }, free: true };
    expect(play([down(10, 60), free], on).effects).toEqual([
      { type: "add", box: { x: 10, y: 60, width: 87, height: 30 } },
    ]);
  });

  it("turns the selected box by its handle, and stops at a quarter turn", () => {
    const boxes = [{ x: 80, y: 40, width: 40, height: 20, rotation: 0 }];
    const on = scene(boxes, { selected: 0, rotate: true });
    const { effects } = play([down(100, 16), move(130, 40), up(150, 51)], on);
    expect(effects).toEqual([{ type: "replace", index: 0, box: { ...boxes[0], rotation: 90 } }]);
  });
});

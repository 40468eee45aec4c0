import { describe, expect, it } from "vitest";
import {
  type Corner,
  holds,
  PolygonGrid,
  type PolygonScene,
  type PolygonShape,
  type PolygonToolEvent,
  type PolygonToolState,
  polygonIdle,
  polygonTool,
  shifted,
} from "../src/index";

const image = { width: 200, height: 100 };
const square: PolygonShape = {
  points: [
    [20, 20],
    [80, 20],
    [80, 80],
    [20, 80],
  ],
};

function scene(shapes: PolygonShape[], more: Partial<PolygonScene> = {}): PolygonScene {
  return {
    shapes,
    selected: null,
    locked: () => false,
    hidden: () => false,
    grid: new PolygonGrid(shapes, image),
    image,
    view: { scale: 1, x: 0, y: 0 },
    snap: false,
    mayDraw: true,
    readOnly: false,
    fits: () => true,
    ...more,
  };
}

function play(events: PolygonToolEvent[], on: PolygonScene, from: PolygonToolState = polygonIdle) {
  let state = from;
  const effects = events.flatMap((event) => {
    const step = polygonTool(state, event, on);
    state = step.state;
    return step.effects;
  });
  return { state, effects };
}

const down = (x: number, y: number, how = {}): PolygonToolEvent => ({
  type: "down",
  at: { x, y },
  remove: false,
  anew: false,
  ...how,
});
const move = (x: number, y: number): PolygonToolEvent => ({ type: "move", at: { x, y }, free: false });
const up = (x: number, y: number): PolygonToolEvent => ({ type: "up", at: { x, y }, free: false });
const click = (x: number, y: number): PolygonToolEvent[] => [down(x, y), up(x, y)];
const corner: PolygonToolEvent = { type: "corner", near: { x: 50, y: 50 } };
const nudge = (dx: number, dy: number): PolygonToolEvent => ({ type: "nudge", dx, dy });
const corners = (shape: PolygonShape | undefined): readonly Corner[] => shape?.points ?? [];

describe("the polygon tool", () => {
  const three = [...click(110, 10), ...click(150, 10), ...click(150, 60)];

  it("sets corners by clicks and closes on the first", () => {
    const { effects, state } = play([...three, ...click(112, 12)], scene([]));
    expect(effects).toEqual([
      {
        type: "add",
        shape: {
          points: [
            [110, 10],
            [150, 10],
            [150, 60],
          ],
        },
      },
    ]);
    expect(state.mode).toBe("idle");
  });

  it("closes by Enter, takes corners back, keeps them inside the image", () => {
    const { effects } = play(
      [...three, ...click(10, 10), { type: "back" }, ...click(120, 400), { type: "close" }],
      scene([]),
    );
    expect(effects).toEqual([
      {
        type: "add",
        shape: {
          points: [
            [110, 10],
            [150, 10],
            [150, 60],
            [120, 100],
          ],
        },
      },
    ]);
  });

  it("takes no outline of two corners, and none that does not fit; the drawing goes on", () => {
    const two = play([...three.slice(0, 4), { type: "close" }], scene([]));
    expect(two.effects).toEqual([{ type: "refuse", why: "few" }]);
    expect(two.state.mode).toBe("drawing");
    const crossing = play([...three, { type: "close" }], scene([], { fits: () => false }));
    expect(crossing.effects).toEqual([{ type: "refuse", why: "crosses" }]);
    expect(crossing.state.mode).toBe("drawing");
  });

  it("draws by keys alone", () => {
    const { effects } = play(
      [corner, corner, nudge(30, 0), corner, nudge(0, 20), corner, { type: "close" }],
      scene([]),
    );
    expect(effects).toEqual([
      {
        type: "add",
        shape: {
          points: [
            [50, 50],
            [80, 50],
            [80, 70],
          ],
        },
      },
    ]);
  });

  it("selects by a click, draws over another where that is asked for", () => {
    expect(play(click(50, 50), scene([square])).effects).toEqual([{ type: "select", index: 0 }]);
    const anew = play([down(50, 50, { anew: true }), up(50, 50)], scene([square]));
    expect(anew.state.mode).toBe("drawing");
    expect(play(click(50, 50), scene([square], { hidden: () => true })).state.mode).toBe("drawing");
  });

  it("drags a corner, makes one of an edge's middle, takes one away", () => {
    const on = scene([square], { selected: 0 });
    const bent = play([down(20, 20), move(15, 10), up(10, 10)], on);
    expect(corners((bent.effects[0] as { shape: PolygonShape }).shape)[0]).toEqual([10, 10]);
    const more = play([down(50, 20), move(50, 12), up(50, 5)], on);
    expect(corners((more.effects[0] as { shape: PolygonShape }).shape)).toEqual([
      [20, 20],
      [50, 5],
      [80, 20],
      [80, 80],
      [20, 80],
    ]);
    expect(play(click(50, 20), on).effects).toEqual([]);
    const less = play([down(80, 80, { remove: true }), up(80, 80)], on);
    expect(corners((less.effects[0] as { shape: PolygonShape }).shape)).toEqual([
      [20, 20],
      [80, 20],
      [20, 80],
    ]);
    const least = scene([{ points: square.points.slice(0, 3) }], { selected: 0 });
    expect(play([down(80, 80, { remove: true })], least).effects).toEqual([{ type: "refuse", why: "few" }]);
    expect(
      play([down(20, 20), up(90, 90)], scene([square], { selected: 0, fits: () => false })).effects,
    ).toEqual([{ type: "refuse", why: "crosses" }]);
  });

  it("changes nothing of what is locked", () => {
    const { effects } = play(
      [down(20, 20), move(10, 10), up(5, 5)],
      scene([square], { selected: 0, locked: () => true }),
    );
    expect(effects.filter(({ type }) => type === "replace")).toEqual([]);
  });

  it("edits corners by keys: walk, move, add, remove", () => {
    const on = scene([square], { selected: 0 });
    const walk = (by: 1 | -1): PolygonToolEvent => ({ type: "walk", by });
    const moved = play([walk(1), walk(1), nudge(5, -5)], on);
    expect(corners((moved.effects[0] as { shape: PolygonShape }).shape)[1]).toEqual([85, 15]);
    expect(play([walk(-1)], on).state).toEqual({ mode: "idle", point: 3 });
    const added = play([walk(1), corner], on);
    expect(corners((added.effects[0] as { shape: PolygonShape }).shape)[1]).toEqual([50, 20]);
    expect(added.state).toEqual({ mode: "idle", point: 1 });
    const removed = play([walk(1), { type: "remove" }], on);
    expect(corners((removed.effects[0] as { shape: PolygonShape }).shape)).toHaveLength(3);
  });

  it("moves the whole outline, but not out of the image", () => {
    const on = scene([square], { selected: 0 });
    const { effects } = play([down(50, 50), move(60, 60), up(250, 50)], on);
    expect(corners((effects[0] as { shape: PolygonShape }).shape)[1]).toEqual([200, 20]);
    expect(shifted(square, -100, -100, image).points[0]).toEqual([0, 0]);
  });

  it("snaps to corners of others and to the image's edges", () => {
    const on = scene([square], { snap: true });
    const { state } = play([...click(83, 83), ...click(150.4, 97)], on);
    expect(state).toMatchObject({
      points: [
        [80, 80],
        [150, 100],
      ],
    });
  });

  it("finds what is under a point by the outline, the smallest first", () => {
    const notch: PolygonShape = {
      points: [
        [0, 0],
        [100, 0],
        [100, 100],
        [50, 10],
        [0, 100],
      ],
    };
    expect(holds(notch, { x: 50, y: 60 })).toBe(false);
    expect(holds(notch, { x: 10, y: 60 })).toBe(true);
    expect(new PolygonGrid([notch, square], image).under({ x: 50, y: 60 }, 1)).toEqual([1]);
    expect(new PolygonGrid([notch, square], image).under({ x: 25, y: 30 }, 1)).toEqual([1, 0]);
  });

  it("stays quick among a thousand", () => {
    const many = Array.from({ length: 1000 }, (_, k) => ({
      points: Array.from(
        { length: 40 },
        (_, c): Corner => [
          (k % 40) * 5 + 2 * Math.cos(c / 6.4),
          Math.floor(k / 40) * 4 + 2 * Math.sin(c / 6.4),
        ],
      ),
    }));
    const began = performance.now();
    const on = scene(many);
    for (let k = 0; k < 100; k++) play([...click(k, k / 2)], on);
    expect(performance.now() - began).toBeLessThan(500);
  });
});

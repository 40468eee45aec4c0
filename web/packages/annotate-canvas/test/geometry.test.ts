import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bounds,
  fromOwn,
  Grid,
  handlePoint,
  kept,
  pan,
  resized,
  toImage,
  toOwn,
  toScreen,
  wholeView,
  zoomAt,
} from "../src/index";

const image = { width: 640, height: 480 };
const screen = { width: 900, height: 500 };
const point = fc.record({ x: fc.integer({ min: 0, max: 640 }), y: fc.integer({ min: 0, max: 480 }) });
const box = fc.record({
  x: fc.integer({ min: 0, max: 600 }),
  y: fc.integer({ min: 0, max: 440 }),
  width: fc.integer({ min: 2, max: 300 }),
  height: fc.integer({ min: 2, max: 300 }),
  rotation: fc.constantFrom(0, 0, 30, 90, 211.5),
});

describe("the view", () => {
  it("keeps the point under the cursor while zooming, unless the image would leave", () => {
    fc.assert(
      fc.property(point, fc.double({ min: 0.5, max: 2, noNaN: true }), (on, factor) => {
        const view = zoomAt(wholeView(image, screen), { x: 450, y: 250 }, 4, image, screen);
        const at = toScreen(view, on);
        if (at.x < 0 || at.y < 0 || at.x > screen.width || at.y > screen.height) return;
        const zoomed = zoomAt(view, at, factor, image, screen);
        const back = toImage(zoomed, at);
        expect(back.x).toBeCloseTo(on.x, 6);
        expect(back.y).toBeCloseTo(on.y, 6);
      }),
    );
  });

  it("never loses the image", () => {
    const away = pan(wholeView(image, screen), -10_000, 10_000, image, screen);
    expect(away.x + image.width * away.scale).toBeGreaterThanOrEqual(48);
    expect(away.y).toBeLessThanOrEqual(screen.height - 48);
  });
});

describe("boxes", () => {
  it("see their own points and the image's as inverse", () => {
    fc.assert(
      fc.property(box, point, (shape, at) => {
        const there = fromOwn(shape, toOwn(shape, at));
        expect(there.x).toBeCloseTo(at.x, 6);
        expect(there.y).toBeCloseTo(at.y, 6);
      }),
    );
  });

  it("keep the opposite corner when resized, turned or not", () => {
    fc.assert(
      fc.property(box, point, (shape, to) => {
        const next = resized(shape, "se", to, 1);
        const before = handlePoint(shape, "nw");
        const after = handlePoint(next, "nw");
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
        expect(next.width).toBeGreaterThanOrEqual(1);
      }),
    );
  });

  it("stay inside the image", () => {
    fc.assert(
      fc.property(box, fc.integer({ min: -900, max: 900 }), (shape, by) => {
        const { left, top, right, bottom } = bounds(kept({ ...shape, rotation: 0, x: shape.x + by }, image));
        expect(left).toBeGreaterThanOrEqual(0);
        expect(top).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(image.width);
        expect(bottom).toBeLessThanOrEqual(image.height);
      }),
    );
  });

  it("are found by place exactly as by looking at each", () => {
    fc.assert(
      fc.property(fc.array(box, { maxLength: 60 }), point, (shapes, at) => {
        const area = { ...at, width: 50, height: 40 };
        const each = shapes.flatMap((shape, index) => {
          const { left, top, right, bottom } = bounds(shape);
          const meets = left <= at.x + 50 && right >= at.x && top <= at.y + 40 && bottom >= at.y;
          return meets ? [index] : [];
        });
        expect(new Grid(shapes, image).touching(area)).toEqual(each);
      }),
    );
  });

  it("are found quickly among ten thousand", () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({
      x: (index * 37) % 4000,
      y: (index * 91) % 3000,
      width: 30,
      height: 20,
    }));
    const begin = performance.now();
    const grid = new Grid(many, { width: 4000, height: 3000 });
    const built = performance.now() - begin;
    for (let at = 0; at < 1000; at++) grid.under({ x: at * 4, y: at * 3 }, 3);
    expect(built).toBeLessThan(200);
    expect(performance.now() - begin).toBeLessThan(600);
  });
});

import { ImageSurface, type Press } from "./imageSurface";
import { type Look, paintCross, paintGrips, paintOutline, paintPolygons, paintTrail } from "./paint";
import { type Corner, PolygonGrid, type PolygonShape, pointOf } from "./polygon";
import {
  closesAt,
  gripUnder,
  middles,
  type PolygonScene,
  type PolygonToolEvent,
  type PolygonToolState,
  polygonIdle,
  polygonTool,
  shapeInHand,
} from "./polygonTool";
import { type Size, toImage } from "./view";

export interface PolygonEvents {
  select(index: number | null): void;
  add(shape: PolygonShape): void;
  replace(index: number, shape: PolygonShape): void;
  refuse(why: "crosses" | "few" | "many"): void;
  /** The view or the tool's state changed: for hints and announcements. `point`: the corner that keys work on. */
  look(state: { scale: number; mode: PolygonToolState["mode"]; corners: number; point: number | null }): void;
}

export interface PolygonShapes {
  readonly polygons: readonly PolygonShape[];
  readonly lookOf: (index: number) => Look;
  readonly selected: number | null;
  readonly hidden: ReadonlySet<number>;
  readonly locked: ReadonlySet<number>;
  readonly suggested: readonly PolygonShape[];
  readonly suggestedLookOf: (index: number) => Look;
  /** The look of an outline being drawn; null where no label is chosen. */
  readonly pen: Look | null;
  readonly snap: boolean;
  readonly readOnly: boolean;
  readonly fits: (points: readonly Corner[]) => boolean;
}

const plain: Look = { name: "", colour: "#0072B2", ink: "#fff", dash: [], direction: "ltr" };
const nothing: PolygonShapes = {
  polygons: [],
  lookOf: () => plain,
  selected: null,
  hidden: new Set(),
  locked: new Set(),
  suggested: [],
  suggestedLookOf: () => plain,
  pen: null,
  snap: true,
  readOnly: true,
  fits: () => true,
};

/** Outlines on an image. */
export class PolygonSurface extends ImageSurface {
  private shapes = nothing;
  private grid = new PolygonGrid([], { width: 1, height: 1 });
  private state: PolygonToolState = polygonIdle;

  constructor(
    host: HTMLElement,
    image: Size & { url: string; alt: string },
    private readonly events: PolygonEvents,
  ) {
    super(host, image);
    this.start();
  }

  show(shapes: PolygonShapes): void {
    if (shapes.polygons !== this.shapes.polygons) this.grid = new PolygonGrid(shapes.polygons, this.image);
    const other = shapes.selected !== this.shapes.selected;
    const before = this.shapes;
    this.shapes = shapes;
    const corners = shapes.selected === null ? 0 : (shapes.polygons[shapes.selected]?.points.length ?? 0);
    const lost = this.state.mode === "idle" && (this.state.point ?? 0) >= Math.max(1, corners);
    if ((other && this.state.mode !== "drawing" && this.state.mode !== "aiming") || lost)
      this.state = polygonIdle;
    if (shapes.readOnly && !before.readOnly) this.state = polygonIdle;
    this.repaint(true);
  }

  reveal(index: number): void {
    const box = this.grid.box(index);
    if (box) this.bringIn(box);
  }

  get drawing(): boolean {
    return this.state.mode === "drawing" || this.state.mode === "aiming";
  }

  /** True when a drawing was under way and is given up, or a corner is let go. */
  cancel(): boolean {
    if (this.state.mode === "idle" && this.state.point === null) return false;
    this.step({ type: "cancel" });
    return true;
  }

  corner(): void {
    this.step({ type: "corner", near: this.aim() });
    this.keepInSight();
  }

  close(): void {
    this.step({ type: "close" });
  }

  back(): void {
    this.step({ type: "back" });
  }

  walk(by: 1 | -1): void {
    this.step({ type: "walk", by });
    if (this.state.mode === "idle" && this.state.point !== null && this.shapes.selected !== null)
      this.follow(pointOf(this.shapes.polygons[this.shapes.selected]?.points[this.state.point]));
  }

  /** Takes the chosen corner away; false where none is chosen. */
  removeCorner(): boolean {
    if (this.state.mode !== "idle" || this.state.point === null) return false;
    this.step({ type: "remove" });
    return true;
  }

  /** Moves the cross, the chosen corner, the selected outline, or else the view. */
  nudge(dx: number, dy: number): void {
    const step = this.stepSize();
    if (this.drawing || this.shapes.selected !== null)
      this.step({ type: "nudge", dx: dx * step, dy: dy * step });
    else this.slide(dx, dy);
    this.keepInSight();
  }

  private keepInSight(): void {
    if (this.state.mode === "aiming") this.follow(this.state.at);
    if (this.state.mode === "drawing") this.follow(this.state.to);
  }

  private scene(): PolygonScene {
    const { polygons, selected, hidden, locked, snap, readOnly, pen, fits } = this.shapes;
    return {
      shapes: polygons,
      selected,
      hidden: (index) => hidden.has(index),
      locked: (index) => locked.has(index),
      grid: this.grid,
      image: this.image,
      view: this.view,
      snap,
      mayDraw: pen !== null && !readOnly,
      readOnly,
      fits,
    };
  }

  private step(event: PolygonToolEvent): void {
    const { state, effects } = polygonTool(this.state, event, this.scene());
    const restingChanged = state.mode !== this.state.mode;
    this.state = state;
    this.repaint(restingChanged);
    this.tell();
    for (const effect of effects) {
      if (effect.type === "select") this.events.select(effect.index);
      else if (effect.type === "add") this.events.add(effect.shape);
      else if (effect.type === "replace") this.events.replace(effect.index, effect.shape);
      else this.events.refuse(effect.why);
    }
  }

  protected tell(): void {
    const { state } = this;
    this.events.look({
      scale: this.view.scale,
      mode: state.mode,
      corners: state.mode === "drawing" ? state.points.length : 0,
      point: state.mode === "idle" ? state.point : null,
    });
  }

  protected paintAtRest(context: CanvasRenderingContext2D): void {
    const { polygons, selected, hidden, lookOf, suggested, suggestedLookOf } = this.shapes;
    const indices = this.grid
      .touching(this.sight())
      .filter((index) => index !== selected && !hidden.has(index));
    paintPolygons(context, this.view, polygons, indices, lookOf);
    if (suggested.length > 0)
      paintPolygons(context, this.view, suggested, [...suggested.keys()], suggestedLookOf, {
        suggestion: true,
      });
  }

  protected paintInMotion(context: CanvasRenderingContext2D): void {
    const { polygons, selected, hidden, lookOf, pen, locked, readOnly } = this.shapes;
    const { state, view } = this;
    const shape = shapeInHand(state) ?? (selected === null ? undefined : polygons[selected]);
    if (selected !== null && shape && !hidden.has(selected)) {
      paintOutline(context, view, shape, lookOf(selected));
      if (!readOnly && !locked.has(selected)) {
        const chosen = state.mode === "bending" || state.mode === "idle" ? state.point : null;
        paintGrips(context, view, shape, state.mode === "idle" ? middles(shape, view) : [], chosen);
      }
    }
    if (state.mode === "drawing" && pen) paintTrail(context, view, state.points, state.to, pen);
    const { width, height } = this.screen;
    if (state.mode === "aiming") paintCross(context, view, state.at, width, height);
    if (state.mode === "drawing" && !this.pointer) paintCross(context, view, state.to, width, height);
  }

  protected cursorNow(): string {
    const at = this.pointer && toImage(this.view, this.pointer);
    if (at && closesAt(this.state, at, this.view)) return "pointer";
    if (at && this.state.mode === "idle" && gripUnder(at, this.scene())) return "move";
    return this.shapes.pen && !this.shapes.readOnly ? "crosshair" : "default";
  }

  protected pressed(at: { x: number; y: number }, { alt, shift }: Press): void {
    this.step({ type: "down", at, remove: alt, anew: shift });
  }

  protected dragged(at: { x: number; y: number }, { alt }: Press): void {
    if (this.state.mode !== "idle" && this.state.mode !== "aiming")
      this.step({ type: "move", at, free: alt });
  }

  protected released(at: { x: number; y: number }, { alt }: Press): void {
    this.step({ type: "up", at, free: alt });
  }

  protected givenUp(): void {
    // two fingers zoom: what is being drawn waits for them
    if (this.state.mode !== "drawing") this.step({ type: "cancel" });
  }
}

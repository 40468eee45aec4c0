import { type BoxShape, kept, tidyAngle } from "./box";
import {
  boxTool,
  handleUnder,
  idle,
  inProgress,
  type Scene,
  type ToolEvent,
  type ToolState,
} from "./boxTool";
import { Grid } from "./grid";
import { type Look, paintActive, paintBoxes, paintCross } from "./paint";
import { SnapLines } from "./snap";
import { inSight, type Point, pan, reveal, type Size, toImage, type View, wholeView, zoomAt } from "./view";

export interface SurfaceEvents {
  select(index: number | null): void;
  add(box: BoxShape): void;
  replace(index: number, box: BoxShape): void;
  /** The view or the tool's state changed: for hints and announcements. */
  look(state: {
    scale: number;
    mode: ToolState["mode"];
    size: BoxShape | undefined;
    at: Point | undefined;
  }): void;
}

export interface SurfaceShapes {
  readonly boxes: readonly BoxShape[];
  readonly lookOf: (index: number) => Look;
  readonly selected: number | null;
  readonly hidden: ReadonlySet<number>;
  readonly locked: ReadonlySet<number>;
  readonly suggested: readonly BoxShape[];
  readonly suggestedLookOf: (index: number) => Look;
  /** The look of a box being drawn; null where no label is chosen. */
  readonly pen: Look | null;
  readonly rotate: boolean;
  readonly minSize: number;
  readonly snap: boolean;
  readonly readOnly: boolean;
}

const noShapes: SurfaceShapes = {
  boxes: [],
  lookOf: () => ({ name: "", colour: "#0072B2", ink: "#fff", dash: [], direction: "ltr" }),
  selected: null,
  hidden: new Set(),
  locked: new Set(),
  suggested: [],
  suggestedLookOf: () => ({ name: "", colour: "#0072B2", ink: "#fff", dash: [], direction: "ltr" }),
  pen: null,
  rotate: false,
  minSize: 1,
  snap: true,
  readOnly: true,
};

/**
 * An image with boxes on it in one element: the picture, a canvas of shapes at rest, and above it a canvas of what
 * moves, so that a drag among ten thousand boxes paints one.
 */
export class BoxSurface {
  private readonly picture: HTMLImageElement;
  private readonly resting: HTMLCanvasElement;
  private readonly moving: HTMLCanvasElement;
  private readonly watch: ResizeObserver;
  private readonly pointers = new Map<number, Point>();
  private shapes: SurfaceShapes = noShapes;
  private grid = new Grid([], { width: 1, height: 1 });
  private lines = new SnapLines([], { width: 1, height: 1 });
  private view: View = { scale: 1, x: 0, y: 0 };
  private screen: Size = { width: 0, height: 0 };
  private state: ToolState = idle;
  private pointer: Point | undefined;
  private panning = false;
  private hand = false;
  private fitted = true;
  private restingDirty = true;
  private frame = 0;
  private pinch: { distance: number; middle: Point } | undefined;

  constructor(
    private readonly host: HTMLElement,
    private readonly image: Size & { url: string; alt: string },
    private readonly events: SurfaceEvents,
  ) {
    const document = host.ownerDocument;
    this.picture = document.createElement("img");
    this.picture.src = image.url;
    this.picture.alt = image.alt;
    this.picture.draggable = false;
    this.picture.decoding = "sync";
    this.resting = document.createElement("canvas");
    this.moving = document.createElement("canvas");
    for (const element of [this.picture, this.resting, this.moving]) {
      // physical sides on purpose: an image has its origin at the left in every language
      Object.assign(element.style, {
        position: "absolute",
        left: "0",
        top: "0",
        transformOrigin: "0 0",
        maxWidth: "none",
      });
      host.append(element);
    }
    Object.assign(this.picture.style, { width: `${image.width}px`, height: `${image.height}px` });
    for (const canvas of [this.resting, this.moving]) canvas.setAttribute("aria-hidden", "true");
    host.style.touchAction = "none";
    host.addEventListener("pointerdown", this.onDown);
    host.addEventListener("pointermove", this.onMove);
    host.addEventListener("pointerup", this.onUp);
    host.addEventListener("pointercancel", this.onCancel);
    host.addEventListener("pointerleave", this.onLeave);
    host.addEventListener("wheel", this.onWheel, { passive: false });
    this.watch = new ResizeObserver(() => this.measure());
    this.watch.observe(host);
    this.measure();
  }

  dispose(): void {
    cancelAnimationFrame(this.frame);
    this.watch.disconnect();
    this.host.removeEventListener("pointerdown", this.onDown);
    this.host.removeEventListener("pointermove", this.onMove);
    this.host.removeEventListener("pointerup", this.onUp);
    this.host.removeEventListener("pointercancel", this.onCancel);
    this.host.removeEventListener("pointerleave", this.onLeave);
    this.host.removeEventListener("wheel", this.onWheel);
    for (const element of [this.picture, this.resting, this.moving]) element.remove();
  }

  show(shapes: SurfaceShapes): void {
    if (shapes.boxes !== this.shapes.boxes) {
      this.grid = new Grid(shapes.boxes, this.image);
      this.lines = new SnapLines(shapes.boxes, this.image);
    }
    const gone = shapes.selected !== this.shapes.selected;
    this.shapes = shapes;
    if (gone && this.state.mode !== "anchored" && this.state.mode !== "aiming") this.state = idle;
    this.repaint(true);
  }

  /** Brightness and contrast, 1 as stored. */
  light(brightness: number, contrast: number): void {
    this.picture.style.filter =
      brightness === 1 && contrast === 1 ? "" : `brightness(${brightness}) contrast(${contrast})`;
  }

  set handTool(on: boolean) {
    this.hand = on;
    this.cursor();
  }

  zoom(factor: number): void {
    const middle = { x: this.screen.width / 2, y: this.screen.height / 2 };
    this.look(zoomAt(this.view, this.pointer ?? middle, factor, this.image, this.screen));
  }

  zoomFit(): void {
    this.look(wholeView(this.image, this.screen));
    this.fitted = true;
  }

  /** One image pixel on one CSS pixel, about the middle. */
  zoomWhole(): void {
    this.zoom(1 / this.view.scale);
  }

  reveal(index: number): void {
    const box = this.shapes.boxes[index];
    if (box) this.look(reveal(this.view, box, this.screen));
  }

  /** True when a drawing was under way and is given up. */
  cancel(): boolean {
    if (this.state.mode === "idle") return false;
    this.step({ type: "cancel" });
    return true;
  }

  corner(): void {
    const middle = { x: this.screen.width / 2, y: this.screen.height / 2 };
    this.step({ type: "corner", near: toImage(this.view, this.pointer ?? middle) });
  }

  /** Move by screen-sized steps: the cross, the corner being drawn, the selected box, or else the view. */
  nudge(dx: number, dy: number): void {
    const step = Math.max(1, Math.round(1 / this.view.scale));
    const busy = this.state.mode === "aiming" || this.state.mode === "anchored";
    if (busy || this.shapes.selected !== null) this.step({ type: "nudge", dx: dx * step, dy: dy * step });
    else this.look(pan(this.view, -dx * 24, -dy * 24, this.image, this.screen));
    if (this.state.mode === "aiming") this.follow(this.state.at);
    if (this.state.mode === "anchored") this.follow(this.state.to);
  }

  /** Change the size of the selected box by its far sides. */
  stretch(dx: number, dy: number): void {
    const box = this.selectedBox();
    if (!box || this.shapes.selected === null) return;
    const step = Math.max(1, Math.round(1 / this.view.scale));
    const least = Math.max(1, this.shapes.minSize);
    const width = Math.max(least, box.width + dx * step);
    const height = Math.max(least, box.height + dy * step);
    const most = box.rotation ? { width, height } : this.image;
    this.events.replace(this.shapes.selected, {
      ...box,
      width: Math.min(width, most.width - (box.rotation ? 0 : box.x)),
      height: Math.min(height, most.height - (box.rotation ? 0 : box.y)),
    });
  }

  turn(degrees: number): void {
    const box = this.selectedBox();
    if (box && this.shapes.selected !== null && this.shapes.rotate)
      this.events.replace(
        this.shapes.selected,
        kept({ ...box, rotation: tidyAngle((box.rotation ?? 0) + degrees) }, this.image),
      );
  }

  private selectedBox(): BoxShape | undefined {
    const { selected, locked, readOnly, boxes } = this.shapes;
    return selected === null || readOnly || locked.has(selected) ? undefined : boxes[selected];
  }

  private follow(point: Point): void {
    this.look(reveal(this.view, { ...point, width: 0, height: 0 }, this.screen));
  }

  private scene(): Scene {
    const { boxes, selected, hidden, locked, rotate, snap, minSize, readOnly, pen } = this.shapes;
    return {
      boxes,
      selected,
      hidden: (index) => hidden.has(index),
      locked: (index) => locked.has(index),
      grid: this.grid,
      lines: this.lines,
      image: this.image,
      view: this.view,
      rotate,
      snap,
      minSize,
      readOnly,
      mayDraw: pen !== null && !readOnly,
    };
  }

  private step(event: ToolEvent): void {
    const { state, effects } = boxTool(this.state, event, this.scene());
    const restingChanged = state.mode !== this.state.mode;
    this.state = state;
    for (const effect of effects) {
      if (effect.type === "select") this.events.select(effect.index);
      else if (effect.type === "add") this.events.add(effect.box);
      else this.events.replace(effect.index, effect.box);
    }
    this.repaint(restingChanged);
    this.tell();
  }

  private tell(): void {
    const at = this.state.mode === "aiming" ? this.state.at : undefined;
    this.events.look({ scale: this.view.scale, mode: this.state.mode, size: inProgress(this.state), at });
  }

  private look(view: View): void {
    this.view = view;
    this.fitted = false;
    this.repaint(true);
    this.tell();
  }

  private measure(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (width === 0 || height === 0) return;
    this.screen = { width, height };
    const ratio = devicePixelRatio || 1;
    for (const canvas of [this.resting, this.moving]) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
      Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
    }
    if (this.fitted) {
      this.view = wholeView(this.image, this.screen);
      this.tell();
    }
    this.paint();
  }

  private repaint(resting: boolean): void {
    this.restingDirty ||= resting;
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paintNow();
    });
  }

  private paint(): void {
    this.restingDirty = true;
    this.paintNow();
  }

  private paintNow(): void {
    if (this.screen.width === 0) return;
    this.picture.style.transform = `translate(${this.view.x}px, ${this.view.y}px) scale(${this.view.scale})`;
    this.picture.style.imageRendering = this.view.scale >= 3 ? "pixelated" : "auto";
    if (this.restingDirty) this.paintResting();
    this.restingDirty = false;
    this.paintMoving();
  }

  private clear(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const context = canvas.getContext("2d");
    if (!context) return null;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.screen.width, this.screen.height);
    return context;
  }

  private paintResting(): void {
    const context = this.clear(this.resting);
    if (!context) return;
    const { boxes, selected, hidden, lookOf, suggested, suggestedLookOf } = this.shapes;
    const sight = inSight(this.view, this.screen);
    const indices = this.grid.touching(sight).filter((index) => index !== selected && !hidden.has(index));
    paintBoxes(context, this.view, boxes, indices, lookOf);
    if (suggested.length > 0)
      paintBoxes(context, this.view, suggested, [...suggested.keys()], suggestedLookOf, { suggestion: true });
  }

  private paintMoving(): void {
    const context = this.clear(this.moving);
    if (!context) return;
    const { boxes, selected, hidden, lookOf, pen, rotate, locked, readOnly } = this.shapes;
    const active = inProgress(this.state);
    const ofSelected = this.state.mode !== "drawing" && this.state.mode !== "anchored";
    const box = (ofSelected && active) || (selected === null ? undefined : boxes[selected]);
    if (selected !== null && box && !hidden.has(selected))
      paintActive(context, this.view, box, lookOf(selected), {
        handles: !readOnly && !locked.has(selected),
        rotate,
      });
    if (active && !ofSelected && pen)
      paintActive(context, this.view, active, pen, { handles: false, rotate: false });
    if (this.state.mode === "aiming")
      paintCross(context, this.view, this.state.at, this.screen.width, this.screen.height);
    if (this.state.mode === "anchored")
      paintCross(context, this.view, this.state.to, this.screen.width, this.screen.height);
  }

  private at(event: MouseEvent): Point {
    const { left, top } = this.host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private cursor(): void {
    const over = this.pointer && handleUnder(toImage(this.view, this.pointer), this.scene());
    const resize = over && over !== "turn" ? `${over}-resize` : undefined;
    const drawing = this.shapes.pen && !this.shapes.readOnly ? "crosshair" : "default";
    this.host.style.cursor = this.panning
      ? "grabbing"
      : this.hand
        ? "grab"
        : over === "turn"
          ? "alias"
          : (resize ?? drawing);
  }

  private readonly onDown = (event: PointerEvent): void => {
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    this.host.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) {
      this.step({ type: "cancel" });
      this.pinch = this.fingers();
      return;
    }
    this.pointer = at;
    this.panning = this.hand || event.button === 1;
    if (!this.panning && event.button === 0) this.step({ type: "down", at: toImage(this.view, at) });
    this.cursor();
  };

  private readonly onMove = (event: PointerEvent): void => {
    const at = this.at(event);
    const before = this.pointers.get(event.pointerId);
    if (before) this.pointers.set(event.pointerId, at);
    if (this.pinch && this.pointers.size === 2) {
      const now = this.fingers();
      const { image, screen } = this;
      const slid = pan(
        this.view,
        now.middle.x - this.pinch.middle.x,
        now.middle.y - this.pinch.middle.y,
        image,
        screen,
      );
      this.look(zoomAt(slid, now.middle, now.distance / this.pinch.distance, image, screen));
      this.pinch = now;
      return;
    }
    this.pointer = at;
    if (this.panning && before) {
      this.look(pan(this.view, at.x - before.x, at.y - before.y, this.image, this.screen));
      return;
    }
    this.cursor();
    if (this.state.mode !== "idle" && this.state.mode !== "aiming")
      this.step({ type: "move", at: toImage(this.view, at), free: event.altKey });
  };

  private readonly onUp = (event: PointerEvent): void => {
    const at = this.at(event);
    const wasPinch = this.pinch !== undefined;
    this.pointers.delete(event.pointerId);
    if (this.pointers.size < 2) this.pinch = undefined;
    if (this.panning || wasPinch) this.panning = false;
    else if (event.button === 0) this.step({ type: "up", at: toImage(this.view, at), free: event.altKey });
    this.cursor();
  };

  private readonly onCancel = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    this.pinch = undefined;
    this.panning = false;
    this.step({ type: "cancel" });
  };

  private readonly onLeave = (): void => {
    this.pointer = undefined;
  };

  private readonly onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    if (event.shiftKey) {
      const along = event.deltaX || event.deltaY;
      this.look(pan(this.view, -along, 0, this.image, this.screen));
      return;
    }
    const pixels = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    const factor = Math.exp(-pixels * (event.ctrlKey ? 0.01 : 0.0015));
    this.look(zoomAt(this.view, this.at(event), factor, this.image, this.screen));
  };

  private fingers(): { distance: number; middle: Point } {
    const [a, b] = [...this.pointers.values()] as [Point, Point];
    return {
      distance: Math.max(1, Math.hypot(a.x - b.x, a.y - b.y)),
      middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 },
    };
  }
}

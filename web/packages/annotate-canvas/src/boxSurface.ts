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
import { ImageSurface, type Press } from "./imageSurface";
import { type Look, paintActive, paintBoxes, paintCross } from "./paint";
import { SnapLines } from "./snap";
import { type Point, type Size, toImage } from "./view";

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

/** Boxes on an image. */
export class BoxSurface extends ImageSurface {
  private shapes: SurfaceShapes = noShapes;
  private grid = new Grid([], { width: 1, height: 1 });
  private lines = new SnapLines([], { width: 1, height: 1 });
  private state: ToolState = idle;

  constructor(
    host: HTMLElement,
    image: Size & { url: string; alt: string },
    private readonly events: SurfaceEvents,
  ) {
    super(host, image);
    this.start();
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

  reveal(index: number): void {
    const box = this.shapes.boxes[index];
    if (box) this.bringIn(box);
  }

  /** True when a drawing was under way and is given up. */
  cancel(): boolean {
    if (this.state.mode === "idle") return false;
    this.step({ type: "cancel" });
    return true;
  }

  corner(): void {
    this.step({ type: "corner", near: this.aim() });
  }

  /** Moves the cross, the corner being drawn, the selected box, or else the view. */
  nudge(dx: number, dy: number): void {
    const step = this.stepSize();
    const busy = this.state.mode === "aiming" || this.state.mode === "anchored";
    if (busy || this.shapes.selected !== null) this.step({ type: "nudge", dx: dx * step, dy: dy * step });
    else this.slide(dx, dy);
    if (this.state.mode === "aiming") this.follow(this.state.at);
    if (this.state.mode === "anchored") this.follow(this.state.to);
  }

  /** Change the size of the selected box by its far sides. */
  stretch(dx: number, dy: number): void {
    const box = this.selectedBox();
    if (!box || this.shapes.selected === null) return;
    const step = this.stepSize();
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

  protected tell(): void {
    const at = this.state.mode === "aiming" ? this.state.at : undefined;
    this.events.look({ scale: this.view.scale, mode: this.state.mode, size: inProgress(this.state), at });
  }

  protected paintAtRest(context: CanvasRenderingContext2D): void {
    const { boxes, selected, hidden, lookOf, suggested, suggestedLookOf } = this.shapes;
    const indices = this.grid
      .touching(this.sight())
      .filter((index) => index !== selected && !hidden.has(index));
    paintBoxes(context, this.view, boxes, indices, lookOf);
    if (suggested.length > 0)
      paintBoxes(context, this.view, suggested, [...suggested.keys()], suggestedLookOf, { suggestion: true });
  }

  protected paintInMotion(context: CanvasRenderingContext2D): void {
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

  protected cursorNow(): string {
    const over = this.pointer && handleUnder(toImage(this.view, this.pointer), this.scene());
    if (over === "turn") return "alias";
    if (over) return `${over}-resize`;
    return this.shapes.pen && !this.shapes.readOnly ? "crosshair" : "default";
  }

  protected pressed(at: Point): void {
    this.step({ type: "down", at });
  }

  protected dragged(at: Point, { alt }: Press): void {
    if (this.state.mode !== "idle" && this.state.mode !== "aiming")
      this.step({ type: "move", at, free: alt });
  }

  protected released(at: Point, { alt }: Press): void {
    this.step({ type: "up", at, free: alt });
  }

  protected givenUp(): void {
    this.step({ type: "cancel" });
  }
}

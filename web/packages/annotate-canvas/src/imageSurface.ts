import { inSight, type Point, pan, reveal, type Size, toImage, type View, wholeView, zoomAt } from "./view";

/** What was pressed and how, beside where. */
export interface Press {
  readonly alt: boolean;
  readonly shift: boolean;
}

/**
 * An image with shapes on it in one element: the picture, a canvas of shapes at rest, and above it a canvas of what
 * moves, so that a drag among ten thousand shapes paints one. What is drawn, and what a press does, is the tool's: a
 * tool calls `start` when it is made.
 */
export abstract class ImageSurface {
  private readonly picture: HTMLImageElement;
  private readonly resting: HTMLCanvasElement;
  private readonly moving: HTMLCanvasElement;
  private readonly watch: ResizeObserver;
  private readonly pointers = new Map<number, Point>();
  protected view: View = { scale: 1, x: 0, y: 0 };
  protected screen: Size = { width: 0, height: 0 };
  protected pointer: Point | undefined;
  private panning = false;
  private hand = false;
  private fitted = true;
  private restingDirty = true;
  private frame = 0;
  private pinch: { distance: number; middle: Point } | undefined;

  constructor(
    private readonly host: HTMLElement,
    protected readonly image: Size & { url: string; alt: string },
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
    this.watch = new ResizeObserver(() => this.measure());
  }

  /** Begin to listen and to paint, once the tool is whole. */
  protected start(): void {
    const { host } = this;
    host.addEventListener("pointerdown", this.onDown);
    host.addEventListener("pointermove", this.onMove);
    host.addEventListener("pointerup", this.onUp);
    host.addEventListener("pointercancel", this.onCancel);
    host.addEventListener("pointerleave", this.onLeave);
    host.addEventListener("wheel", this.onWheel, { passive: false });
    this.watch.observe(host);
    this.measure();
  }

  /** Pointer events in pixels of the image. */
  protected abstract pressed(at: Point, press: Press): void;
  protected abstract dragged(at: Point, press: Press): void;
  protected abstract released(at: Point, press: Press): void;
  protected abstract givenUp(): void;
  protected abstract cursorNow(): string;
  protected abstract paintAtRest(context: CanvasRenderingContext2D): void;
  protected abstract paintInMotion(context: CanvasRenderingContext2D): void;
  /** The view or the tool's state changed. */
  protected abstract tell(): void;
  /** Move by screen-sized steps what is at hand, or else the view. */
  abstract nudge(dx: number, dy: number): void;

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

  /** The image pixel under the pointer, or in the middle of what is seen. */
  protected aim(): Point {
    const middle = { x: this.screen.width / 2, y: this.screen.height / 2 };
    return toImage(this.view, this.pointer ?? middle);
  }

  /** One step of an arrow key in image pixels: about a pixel of the screen, a whole one of the image. */
  protected stepSize(): number {
    return Math.max(1, Math.round(1 / this.view.scale));
  }

  protected slide(dx: number, dy: number): void {
    this.look(pan(this.view, -dx * 24, -dy * 24, this.image, this.screen));
  }

  protected follow(point: Point): void {
    this.bringIn({ ...point, width: 0, height: 0 });
  }

  protected bringIn(part: Point & Size): void {
    this.look(reveal(this.view, part, this.screen));
  }

  protected sight(): Point & Size {
    return inSight(this.view, this.screen);
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

  protected repaint(resting: boolean): void {
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
    const atRest = this.restingDirty ? this.clear(this.resting) : null;
    if (atRest) this.paintAtRest(atRest);
    this.restingDirty = false;
    const inMotion = this.clear(this.moving);
    if (inMotion) this.paintInMotion(inMotion);
  }

  private clear(canvas: HTMLCanvasElement): CanvasRenderingContext2D | null {
    const context = canvas.getContext("2d");
    if (!context) return null;
    const ratio = devicePixelRatio || 1;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, this.screen.width, this.screen.height);
    return context;
  }

  private at(event: MouseEvent): Point {
    const { left, top } = this.host.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  protected cursor(): void {
    this.host.style.cursor = this.panning ? "grabbing" : this.hand ? "grab" : this.cursorNow();
  }

  private readonly onDown = (event: PointerEvent): void => {
    const at = this.at(event);
    this.pointers.set(event.pointerId, at);
    this.host.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) {
      this.givenUp();
      this.pinch = this.fingers();
      return;
    }
    this.pointer = at;
    this.panning = this.hand || event.button === 1;
    if (!this.panning && event.button === 0) this.pressed(toImage(this.view, at), pressOf(event));
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
    this.dragged(toImage(this.view, at), pressOf(event));
  };

  private readonly onUp = (event: PointerEvent): void => {
    const at = this.at(event);
    const wasPinch = this.pinch !== undefined;
    this.pointers.delete(event.pointerId);
    if (this.pointers.size < 2) this.pinch = undefined;
    if (this.panning || wasPinch) this.panning = false;
    else if (event.button === 0) this.released(toImage(this.view, at), pressOf(event));
    this.cursor();
  };

  private readonly onCancel = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
    this.pinch = undefined;
    this.panning = false;
    this.givenUp();
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

function pressOf(event: PointerEvent): Press {
  return { alt: event.altKey, shift: event.shiftKey };
}

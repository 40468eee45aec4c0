import { assignLanes, type Block, blockAt, type LabelLook, SpanIndex } from "@qistas/annotate-core";
import { hasHighlights, highlightOf, type Strength, tint } from "./highlights";
import classes from "./SpanText.module.css";

/** A stretch of text to paint, in UTF-16 positions of the whole text. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly look: LabelLook;
  readonly name: string;
  readonly strength: Strength;
}

/** The mark that stands out. */
export interface Chosen {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

interface Piece {
  readonly highlight: Highlight | null;
  readonly range: Range;
  readonly bars: readonly HTMLElement[];
}

const mostLanes = 6;
const spare = 600;

/**
 * Paints marks over text that stays plain: tints by the Custom Highlight API (or rectangles beneath the text), and
 * under each line a bar with the label's name, in lanes where marks overlap. Only what is in sight is painted, so
 * ten thousand marks cost no more than those on the screen.
 */
export class TextPainter {
  private index = new SpanIndex<Mark & { lane: number }>([]);
  private blocks: readonly Block[] = [];
  private caret: number | null = null;
  private chosen: Chosen | null = null;
  private readonly directions = new Map<number, "ltr" | "rtl">();
  private scrolls: HTMLElement | null = null;
  private queued = false;
  private disposed = false;
  private painted: { start: number; end: number } | null = null;
  /** What is painted now; it stays while the lines stay where they are. */
  private pieces = new Map<string, Piece>();
  private lanes = 1;
  private frame = 0;
  private readonly resized: ResizeObserver;
  private readonly onScroll = (): void => this.soon();

  /** `root` holds `under` and `lines`; each child of `lines` is one block with one text node. */
  constructor(
    private readonly root: HTMLElement,
    private readonly under: HTMLElement,
    private readonly lines: HTMLElement,
  ) {
    this.resized = new ResizeObserver(() => {
      this.scrolls = null;
      this.clear();
      this.refresh();
    });
    this.resized.observe(root);
    // scroll does not bubble, but it is seen on its way down: any ancestor may be the one that scrolls
    document.addEventListener("scroll", this.onScroll, { capture: true, passive: true });
    void document.fonts?.ready.then(() => {
      this.clear();
      this.refresh();
    });
  }

  dispose(): void {
    this.disposed = true;
    cancelAnimationFrame(this.frame);
    this.resized.disconnect();
    document.removeEventListener("scroll", this.onScroll, { capture: true });
    this.clear();
  }

  setBlocks(blocks: readonly Block[]): void {
    this.blocks = blocks;
    this.directions.clear();
    this.clear();
    this.refresh();
  }

  /** `marks` are ordered by start. */
  setMarks(marks: readonly Mark[]): void {
    const lanes = assignLanes(marks);
    this.index = new SpanIndex(marks.map((mark, at) => ({ ...mark, lane: lanes[at] ?? 0 })));
    const most = lanes.reduce((top, lane) => Math.max(top, lane + 1), 1);
    if (most !== this.lanes) this.clear(); // the lines move apart
    this.lanes = most;
    this.root.style.setProperty("--lanes", String(Math.min(most, mostLanes)));
    this.refresh();
  }

  /** Choosing a mark paints what is in sight anew, and touches nothing else. */
  setChosen(chosen: Chosen | null): void {
    this.chosen = chosen;
    this.refresh();
  }

  setCaret(unit: number | null): void {
    this.caret = unit;
    this.paintCaret();
  }

  /** Paint anew, once for all changes of one turn, and before the browser paints. */
  refresh(): void {
    this.painted = null;
    if (this.queued) return;
    this.queued = true;
    queueMicrotask(() => {
      this.queued = false;
      if (!this.disposed) this.paint();
    });
  }

  rangeOf(start: number, end: number): Range | undefined {
    const first = this.place(start, false);
    const last = this.place(end, end > start);
    if (!first || !last) return undefined;
    const range = document.createRange();
    range.setStart(first.node, first.offset);
    range.setEnd(last.node, last.offset);
    return range;
  }

  /** The position in the text of a place in the DOM, undefined outside of it. */
  unitOf(node: Node, offset: number): number | undefined {
    if (node === this.lines) return this.blocks[offset]?.start ?? this.length;
    const element = node instanceof Element ? node : node.parentElement;
    const line = element?.closest<HTMLElement>("[data-block]");
    if (!line || !this.lines.contains(line)) return undefined;
    const block = this.blocks[Number(line.dataset.block)];
    if (!block) return undefined;
    if (node.nodeType === Node.TEXT_NODE) return block.start + offset;
    return offset === 0 ? block.start : block.start + block.text.length;
  }

  unitAt(x: number, y: number): number | undefined {
    if ("caretPositionFromPoint" in document) {
      const at = document.caretPositionFromPoint(x, y);
      return at ? this.unitOf(at.offsetNode, at.offset) : undefined;
    }
    const range = (
      document as { caretRangeFromPoint?: (x: number, y: number) => Range | null }
    ).caretRangeFromPoint?.(x, y);
    return range ? this.unitOf(range.startContainer, range.startOffset) : undefined;
  }

  /** Where the caret before `unit` stands on the screen. */
  caretRect(unit: number): DOMRect | undefined {
    const range = this.rangeOf(unit, unit);
    if (!range) return undefined;
    const [rect] = range.getClientRects();
    if (rect) return rect;
    // at the end of a line there is no box: take the far side of the character before
    const before = this.rangeOf(Math.max(0, unit - 1), unit)?.getClientRects();
    const last = before?.[before.length - 1];
    if (last)
      return new DOMRect(this.directionAt(unit) === "rtl" ? last.left : last.right, last.top, 0, last.height);
    return range.startContainer.parentElement?.getBoundingClientRect();
  }

  directionAt(unit: number): "ltr" | "rtl" {
    const index = blockAt(this.blocks, unit);
    let direction = this.directions.get(index);
    if (!direction) {
      const line = this.lines.children[index];
      direction = line && getComputedStyle(line).direction === "rtl" ? "rtl" : "ltr";
      this.directions.set(index, direction);
    }
    return direction;
  }

  reveal(unit: number): void {
    const rect = this.caretRect(unit);
    const scroller = this.scroller();
    if (!rect || !scroller) return;
    const sight = scroller.getBoundingClientRect();
    if (rect.top < sight.top + 8 || rect.bottom > sight.bottom - 40)
      scroller.scrollTop += rect.top - sight.top - sight.height / 3;
  }

  private get length(): number {
    const last = this.blocks.at(-1);
    return last ? last.start + last.text.length : 0;
  }

  private place(unit: number, fromLeft: boolean): { node: Node; offset: number } | undefined {
    const at = Math.max(0, Math.min(unit, this.length));
    const index = blockAt(this.blocks, fromLeft ? at - 1 : at);
    const block = this.blocks[index];
    const node = this.lines.children[index]?.firstChild;
    if (!block || !node) return undefined;
    return { node, offset: Math.min(at - block.start, block.text.length) };
  }

  private scroller(): HTMLElement | null {
    this.scrolls ??= scrollerOf(this.root);
    return this.scrolls;
  }

  private soon(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    const sight = this.sight(0);
    if (!sight) return;
    if (this.painted && sight.start >= this.painted.start && sight.end <= this.painted.end) return;
    const area = this.sight(spare) ?? sight;
    this.painted = area;
    const before = this.pieces;
    this.pieces = new Map();
    const origin = this.root.getBoundingClientRect();
    const fresh = document.createDocumentFragment();
    for (const plain of this.index.touching(area.start, Math.max(area.end, area.start + 1))) {
      const mark = this.isChosen(plain) ? { ...plain, strength: "chosen" as const } : plain;
      const key = `${mark.start} ${mark.end} ${mark.lane} ${mark.strength} ${mark.look.colour} ${mark.name}`;
      const kept = before.get(key);
      before.delete(key);
      const piece = kept ?? this.make(mark, origin, fresh);
      if (piece) this.pieces.set(key, piece);
    }
    for (const piece of before.values()) unmake(piece);
    this.under.append(fresh);
    this.paintCaret();
  }

  private make(mark: Mark & { lane: number }, origin: DOMRect, into: DocumentFragment): Piece | undefined {
    const range = this.rangeOf(mark.start, mark.end);
    if (!range) return undefined;
    const highlight = hasHighlights ? highlightOf(mark.look.colour, mark.strength) : null;
    highlight?.add(range);
    const first = into.childNodes.length;
    this.bars(mark, range, origin, into);
    return { highlight, range, bars: [...into.childNodes].slice(first) as HTMLElement[] };
  }

  private isChosen(mark: Mark): boolean {
    const { chosen } = this;
    return (
      chosen !== null &&
      mark.strength === "plain" &&
      mark.start === chosen.start &&
      mark.end === chosen.end &&
      mark.name === chosen.name
    );
  }

  private bars(mark: Mark & { lane: number }, range: Range, origin: DOMRect, into: DocumentFragment): void {
    const rtl = this.directionAt(mark.start) === "rtl";
    const lane = Math.min(mark.lane, mostLanes - 1);
    let named = false;
    for (const rect of range.getClientRects()) {
      if (rect.width === 0) continue;
      if (!hasHighlights) {
        const ground = document.createElement("div");
        ground.className = classes.ground ?? "";
        place(ground, rect.left - origin.left, rect.top - origin.top, rect.width, rect.height);
        ground.style.background = tint(mark.look.colour, mark.strength);
        into.append(ground);
      }
      const bar = document.createElement("div");
      bar.className = classes.bar ?? "";
      bar.dataset.strength = mark.strength;
      const top = rect.bottom - origin.top + 1;
      const width = named ? rect.width : Math.max(rect.width, 24);
      const left = rtl ? rect.right - width : rect.left;
      place(bar, left - origin.left, top, width);
      bar.style.setProperty("--lane", String(lane));
      bar.style.setProperty("--span", `${rect.width}px`);
      bar.style.setProperty("--label", mark.look.colour);
      bar.style.setProperty("--line", mark.strength === "suggested" ? "dotted" : lineOf(mark.look));
      bar.dir = rtl ? "rtl" : "ltr";
      if (!named) {
        const name = document.createElement("bdi");
        name.textContent = mark.strength === "suggested" ? `${mark.name}?` : mark.name;
        bar.append(name);
        named = true;
      }
      into.append(bar);
    }
  }

  private paintCaret(): void {
    this.root.querySelector(`.${classes.caret}`)?.remove();
    if (this.caret === null) return;
    const rect = this.caretRect(this.caret);
    if (!rect) return;
    const origin = this.root.getBoundingClientRect();
    const caret = document.createElement("div");
    caret.className = classes.caret ?? "";
    place(caret, rect.left - origin.left - 1, rect.top - origin.top - 1, 2, rect.height + 2);
    this.under.append(caret);
  }

  private clear(): void {
    for (const piece of this.pieces.values()) unmake(piece);
    this.pieces.clear();
    this.painted = null;
  }

  /** The stretch of text between the upper and lower edge of what is in sight. */
  private sight(beyond: number): { start: number; end: number } | null {
    if (this.blocks.length === 0) return null;
    const view = this.scroller()?.getBoundingClientRect();
    const top = Math.max(0, view?.top ?? 0) - beyond;
    const bottom = Math.min(innerHeight, view?.bottom ?? innerHeight) + beyond;
    return { start: this.unitNear(top, false), end: this.unitNear(bottom, true) };
  }

  /** The first position whose line ends below `y` (`after`: the first whose line begins below it). */
  private unitNear(y: number, after: boolean): number {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const rect = this.lines.children[middle]?.getBoundingClientRect();
      if (rect && (after ? rect.top : rect.bottom) <= y) low = middle + 1;
      else high = middle;
    }
    const index = after ? low - 1 : low;
    const block = this.blocks[index];
    if (!block) return after ? 0 : this.length;
    const whole = block.start + block.text.length;
    if (block.text.length < 4000) return after ? whole : block.start;
    // one very long line of text: look inside it, a few hundred characters are near enough
    let from = 0;
    let to = block.text.length;
    while (to - from > 256) {
      const middle = (from + to) >> 1;
      const rect = this.rangeOf(block.start + middle, block.start + middle + 1)?.getBoundingClientRect();
      if (rect && rect.height > 0 && (after ? rect.top : rect.bottom) <= y) from = middle;
      else to = middle;
    }
    return block.start + (after ? to : from);
  }
}

function unmake({ highlight, range, bars }: Piece): void {
  highlight?.delete(range);
  for (const bar of bars) bar.remove();
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let at = element.parentElement; at; at = at.parentElement) {
    const { overflowY } = getComputedStyle(at);
    if (overflowY === "auto" || overflowY === "scroll") return at;
  }
  return document.scrollingElement as HTMLElement | null;
}

function lineOf(look: LabelLook): string {
  return look.line === "wavy" ? "ridge" : look.line;
}

/** Rectangles of the screen are physical: this is the one place where left is left in every language. */
function place(element: HTMLElement, left: number, top: number, width: number, height?: number): void {
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
  element.style.width = `${width}px`;
  if (height !== undefined) element.style.height = `${height}px`;
}

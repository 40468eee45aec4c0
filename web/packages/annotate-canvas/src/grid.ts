import { type BoxShape, bounds, contains } from "./box";
import type { Point, Size } from "./view";

const cellsAcross = 64;
const manyCells = 256;

/** Finds boxes by place: each lies in the cells it touches, the very large ones in a list of their own. */
export class Grid {
  private readonly cells = new Map<number, number[]>();
  private readonly large: number[] = [];
  private readonly cellWidth: number;
  private readonly cellHeight: number;

  constructor(
    private readonly boxes: readonly BoxShape[],
    image: Size,
  ) {
    this.cellWidth = Math.max(1, image.width / cellsAcross);
    this.cellHeight = Math.max(1, image.height / cellsAcross);
    for (const [index, box] of boxes.entries()) this.add(box, index);
  }

  /** Indices of boxes whose upright bounds touch the rectangle, ascending (the later lies above). */
  touching(area: { x: number; y: number } & Size): number[] {
    const found = new Set<number>(this.large);
    this.each(area.x, area.y, area.x + area.width, area.y + area.height, (cell) => {
      for (const index of this.cells.get(cell) ?? []) found.add(index);
    });
    return [...found]
      .filter((index) => {
        const { left, top, right, bottom } = bounds(this.boxes[index] as BoxShape);
        return (
          left <= area.x + area.width && right >= area.x && top <= area.y + area.height && bottom >= area.y
        );
      })
      .sort((a, b) => a - b);
  }

  /** Indices of boxes under a point, the smallest first: the one a person means. */
  under(point: Point, slack: number): number[] {
    const area = { x: point.x - slack, y: point.y - slack, width: 2 * slack, height: 2 * slack };
    const size = (index: number): number => {
      const box = this.boxes[index] as BoxShape;
      return box.width * box.height;
    };
    return this.touching(area)
      .filter((index) => contains(this.boxes[index] as BoxShape, point, slack))
      .sort((a, b) => size(a) - size(b) || b - a);
  }

  private add(box: BoxShape, index: number): void {
    const { left, top, right, bottom } = bounds(box);
    const across = Math.floor(right / this.cellWidth) - Math.floor(left / this.cellWidth) + 1;
    const down = Math.floor(bottom / this.cellHeight) - Math.floor(top / this.cellHeight) + 1;
    if (across * down > manyCells) {
      this.large.push(index);
      return;
    }
    this.each(left, top, right, bottom, (cell) => {
      const held = this.cells.get(cell);
      if (held) held.push(index);
      else this.cells.set(cell, [index]);
    });
  }

  /** Cells outside the image are counted with those at its edge. */
  private each(
    left: number,
    top: number,
    right: number,
    bottom: number,
    visit: (cell: number) => void,
  ): void {
    const column = (x: number): number => Math.min(cellsAcross, Math.max(-1, Math.floor(x / this.cellWidth)));
    const row = (y: number): number => Math.min(cellsAcross, Math.max(-1, Math.floor(y / this.cellHeight)));
    for (let y = row(top); y <= row(bottom); y++)
      for (let x = column(left); x <= column(right); x++) visit((y + 1) * (cellsAcross + 2) + x + 1);
  }
}

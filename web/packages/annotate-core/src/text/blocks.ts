/** A line of the text with its line break: the text is shown block by block, and the blocks joined are the text. */
export interface Block {
  readonly text: string;
  /** UTF-16 position of the block's first character in the whole text. */
  readonly start: number;
}

export function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let start = 0;
  while (start < text.length) {
    const lineBreak = text.indexOf("\n", start);
    const end = lineBreak < 0 ? text.length : lineBreak + 1;
    blocks.push({ text: text.slice(start, end), start });
    start = end;
  }
  return blocks;
}

/** The index of the block that holds UTF-16 position `unit` (the last block for the text's end). */
export function blockAt(blocks: readonly Block[], unit: number): number {
  let low = 0;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((blocks[middle] as Block).start <= unit) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

import { isNode, parseDocument } from "yaml";

/** `questions[0].labels[2].hotkey` → `["questions", 0, "labels", 2, "hotkey"]`. */
export function pathOf(where: string): (string | number)[] {
  return [...where.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map((part) =>
    part[2] === undefined ? (part[1] ?? "") : Number(part[2]),
  );
}

/** Where in the text the place stands; when the place itself is missing, the nearest thing around it. */
export function rangeOf(text: string, where: string): { from: number; to: number } {
  const line = /^line (\d+)/.exec(where);
  if (line) {
    const lines = text.split("\n");
    const before = lines.slice(0, Number(line[1]) - 1).join("\n").length;
    const from = Number(line[1]) > 1 ? before + 1 : 0;
    return { from, to: Math.min(text.length, from + (lines[Number(line[1]) - 1]?.length ?? 0)) };
  }
  const document = parseDocument(text);
  const path = pathOf(where);
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) {
      const from = node.range[0];
      const end = text.indexOf("\n", from);
      return { from, to: Math.min(node.range[1], end === -1 ? text.length : end) };
    }
  }
  return { from: 0, to: Math.min(1, text.length) };
}

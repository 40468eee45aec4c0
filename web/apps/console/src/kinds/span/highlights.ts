/**
 * The page's shared highlights: one for each colour and strength. Ranges are added and taken away by the painters;
 * the text itself is never touched, so Arabic letters stay joined and mixed text keeps its order.
 */
export type Strength = "plain" | "chosen" | "suggested";

const percent: Readonly<Record<Strength, number>> = { plain: 26, chosen: 55, suggested: 9 };
const priority: Readonly<Record<Strength, number>> = { suggested: 0, plain: 1, chosen: 2 };

export const hasHighlights =
  typeof CSS !== "undefined" && "highlights" in CSS && typeof Highlight === "function";

const made = new Map<string, Highlight>();
let sheet: CSSStyleSheet | undefined;

export function highlightOf(colour: string, strength: Strength): Highlight {
  const name = `qistas-${colour.slice(1).toLowerCase()}-${strength}`;
  let highlight = made.get(name);
  if (!highlight) {
    highlight = new Highlight();
    highlight.priority = priority[strength];
    made.set(name, highlight);
    CSS.highlights.set(name, highlight);
    if (!sheet) {
      sheet = new CSSStyleSheet();
      document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    }
    sheet.insertRule(`::highlight(${name}) { background-color: ${tint(colour, strength)}; }`);
  }
  return highlight;
}

/** The same colour for browsers without highlights, where rectangles are drawn beneath the text. */
export function tint(colour: string, strength: Strength): string {
  return `color-mix(in srgb, ${colour} ${percent[strength]}%, transparent)`;
}

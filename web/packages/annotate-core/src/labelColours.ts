import type { Label } from "./ontology";

/** The eight colours of Okabe and Ito (2008), told apart with every common form of colour blindness; black comes last. */
export const okabeIto: readonly string[] = [
  "#0072B2",
  "#D55E00",
  "#009E73",
  "#CC79A7",
  "#E69F00",
  "#56B4E9",
  "#F0E442",
  "#595959",
];

/** The line under a label's regions: a second carrier beside colour. */
export type LineStyle = "solid" | "dashed" | "dotted" | "double" | "wavy";
const lineStyles: readonly LineStyle[] = ["solid", "dashed", "dotted", "double", "wavy"];

export interface LabelLook {
  readonly colour: string;
  readonly line: LineStyle;
}

/**
 * A colour and a line style for every label. Colours written in the ontology are kept; the others take the
 * palette's unused colours in order. Two labels with one colour never have the same line until both run out.
 */
export function labelLooks(labels: readonly Label[]): ReadonlyMap<string, LabelLook> {
  const taken = new Set(labels.map((label) => label.colour?.toUpperCase()).filter(Boolean));
  const free = okabeIto.filter((colour) => !taken.has(colour));
  const palette = free.length > 0 ? free : okabeIto;
  const uses = new Map<string, number>();
  const looks = new Map<string, LabelLook>();
  let next = 0;
  for (const label of labels) {
    const colour = isColour(label.colour) ? label.colour : (palette[next++ % palette.length] as string);
    const key = colour.toUpperCase();
    const used = uses.get(key) ?? 0;
    uses.set(key, used + 1);
    looks.set(label.name, { colour, line: lineStyles[used % lineStyles.length] as LineStyle });
  }
  return looks;
}

function isColour(colour: string | null | undefined): colour is string {
  return typeof colour === "string" && /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i.test(colour);
}

/** Black or white, whichever reads better on `colour` (WCAG relative luminance). */
export function inkOn(colour: string): "#000000" | "#FFFFFF" {
  const [r, g, b] = channels(colour);
  const luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  // contrast with white = 1.05 / (L + 0.05), with black = (L + 0.05) / 0.05; they are equal at L ≈ 0.179
  return luminance > 0.179 ? "#000000" : "#FFFFFF";
}

function channels(colour: string): [number, number, number] {
  const hex = colour.slice(1);
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  const value = Number.parseInt(full, 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

function linear(channel: number): number {
  const c = channel / 255;
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
}

/** The part of a keyboard event that names a key. */
export interface KeyPress {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/**
 * A chord is written `Mod+Shift+Z`: modifiers in the order Mod, Ctrl, Alt, Shift, then the key. `Mod` is Ctrl, on a
 * Mac Command. A sign that needs Shift is named by itself (`?`), without Shift. Latin letters are upper case.
 */
export type Chord = string;

const modifiers = ["Mod", "Ctrl", "Alt", "Shift"] as const;
const signsByCode: Readonly<Record<string, string>> = {
  BracketLeft: "[",
  BracketRight: "]",
  Comma: ",",
  Period: ".",
  Slash: "/",
  Semicolon: ";",
  Quote: "'",
  Minus: "-",
  Equal: "=",
  Backquote: "`",
  Backslash: "\\",
  NumpadAdd: "+",
  NumpadSubtract: "-",
  NumpadEnter: "Enter",
};
const shiftedSigns: Readonly<Record<string, string>> = { "/": "?", "=": "+", "-": "_", "[": "{", "]": "}" };

/**
 * The chords a key press may mean, the literal one first. An Arabic (or any other) layout gives its own letter where
 * a Latin one stands on the key cap, and Alt gives signs on a Mac: the place of the key is the second meaning.
 */
export function chordsOf(press: KeyPress, mac: boolean): readonly Chord[] {
  if (["Control", "Meta", "Alt", "Shift", "AltGraph", "Dead", "Process"].includes(press.key)) return [];
  const chords: Chord[] = [];
  const add = (key: string, shift: boolean): void => {
    const parts = [
      (mac ? press.metaKey : press.ctrlKey) && "Mod",
      (mac ? press.ctrlKey : press.metaKey) && "Ctrl",
      press.altKey && "Alt",
      shift && "Shift",
      key === " " ? "Space" : key.length === 1 ? key.toUpperCase() : key,
    ];
    const chord = parts.filter(Boolean).join("+");
    if (!chords.includes(chord)) chords.push(chord);
  };
  const isSign = [...press.key].length === 1 && press.key.toUpperCase() === press.key.toLowerCase();
  add(press.key, press.shiftKey && !(isSign && press.key !== " "));
  const placed = keyAtPlace(press.code);
  if (placed) {
    const shifted = press.shiftKey ? shiftedSigns[placed] : undefined;
    if (shifted) add(shifted, false);
    else add(placed, press.shiftKey);
  }
  return chords;
}

function keyAtPlace(code: string): string | undefined {
  if (/^Key[A-Z]$/.test(code)) return code.slice(3);
  if (/^(Digit|Numpad)[0-9]$/.test(code)) return code.slice(-1);
  return signsByCode[code];
}

/** The one written form of a chord typed by a person or read from a file; undefined if it names no key. */
export function normalChord(chord: string): Chord | undefined {
  const parts = chord === "+" ? ["+"] : chord.split("+").map((part) => part.trim());
  if (chord.endsWith("++")) parts.splice(-2, 2, "+");
  const key = parts.pop();
  if (!key) return undefined;
  const held = new Set(
    parts.map((part) => modifiers.find((one) => one.toLowerCase() === part.toLowerCase())),
  );
  if (held.has(undefined)) return undefined;
  const written = key === " " ? "Space" : [...key].length === 1 ? key.toUpperCase() : key;
  return [...modifiers.filter((one) => held.has(one)), written].join("+");
}

/** True for chords that would write a character: those wait while a person types. */
export function writesText(chord: Chord): boolean {
  const parts = chord === "+" ? ["+"] : chord.split("+");
  if (parts.includes("Mod") || parts.includes("Alt") || parts.includes("Ctrl")) return false;
  return !/^(Escape|F\d+|PageUp|PageDown)$/.test(parts.at(-1) ?? "");
}

const symbols: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  ArrowUp: "↑",
  ArrowDown: "↓",
  Escape: "Esc",
  Delete: "Del",
};

/** The chord key by key as it stands on the key caps, for `<kbd>` elements. */
export function chordCaps(chord: Chord, mac: boolean): readonly string[] {
  const parts =
    chord === "+" ? ["+"] : chord.endsWith("++") ? [...chord.slice(0, -2).split("+"), "+"] : chord.split("+");
  return parts.map((part) => {
    if (part === "Mod") return mac ? "⌘" : "Ctrl";
    if (part === "Ctrl") return mac ? "⌃" : "Win";
    if (part === "Alt") return mac ? "⌥" : "Alt";
    if (part === "Shift") return mac ? "⇧" : "Shift";
    return symbols[part] ?? part;
  });
}

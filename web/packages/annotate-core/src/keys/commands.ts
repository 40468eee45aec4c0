import type { Chord } from "./chord";

/** Where the person is: `task` always; a surface only while it has the focus. An inner scope comes first. */
export type Scope = "task" | "order" | "region" | "text" | "image";

export interface Command {
  readonly id: string;
  readonly scope: Scope;
  readonly keys: readonly Chord[];
}

/** Scopes that may hold the focus together: regions are made on text and on images. */
const enclosing: Readonly<Record<Scope, readonly Scope[]>> = {
  task: ["task"],
  order: ["order", "task"],
  region: ["region", "task"],
  text: ["text", "region", "task"],
  image: ["image", "region", "task"],
};

export function mayMeet(a: Scope, b: Scope): boolean {
  return enclosing[a].includes(b) || enclosing[b].includes(a);
}

export function scopesWithin(scope: Scope): readonly Scope[] {
  return enclosing[scope];
}

const command = (id: string, scope: Scope, ...keys: Chord[]): Command => ({ id, scope, keys });

/** Every action of the annotation screen by name, with the key it has until a person chooses another. */
export const commands: readonly Command[] = [
  command("submit", "task", "Enter", "Mod+Enter"),
  command("skip", "task", "Alt+X"),
  command("back", "task", "Alt+B"),
  command("forward", "task", "Alt+N"),
  command("undo", "task", "Mod+Z"),
  command("redo", "task", "Mod+Shift+Z", "Mod+Y"),
  command("nextQuestion", "task", "Alt+ArrowDown"),
  command("previousQuestion", "task", "Alt+ArrowUp"),
  command("toItem", "task", "Alt+I"),
  command("acceptSuggestion", "task", "Alt+A"),
  command("guideline", "task", "Alt+G"),
  command("ask", "task", "Alt+Q"),
  command("keys", "task", "?"),

  command("optionAbove", "order", "ArrowUp"),
  command("optionBelow", "order", "ArrowDown"),
  command("rankHigher", "order", "Shift+ArrowUp"),
  command("rankLower", "order", "Shift+ArrowDown"),
  command("tieAbove", "order", "="),
  command("unrank", "order", "Delete", "Backspace"),

  command("nextRegion", "region", "]"),
  command("previousRegion", "region", "["),
  command("removeRegion", "region", "Delete", "Backspace"),
  command("leaveRegion", "region", "Escape"),

  command("caretLeft", "text", "ArrowLeft"),
  command("caretRight", "text", "ArrowRight"),
  command("caretUp", "text", "ArrowUp"),
  command("caretDown", "text", "ArrowDown"),
  command("wordLeft", "text", "Mod+ArrowLeft"),
  command("wordRight", "text", "Mod+ArrowRight"),
  command("lineStart", "text", "Home"),
  command("lineEnd", "text", "End"),
  command("selectLeft", "text", "Shift+ArrowLeft"),
  command("selectRight", "text", "Shift+ArrowRight"),
  command("selectUp", "text", "Shift+ArrowUp"),
  command("selectDown", "text", "Shift+ArrowDown"),
  command("selectWordLeft", "text", "Mod+Shift+ArrowLeft"),
  command("selectWordRight", "text", "Mod+Shift+ArrowRight"),
  command("selectLineStart", "text", "Shift+Home"),
  command("selectLineEnd", "text", "Shift+End"),
  command("endLeft", "text", "Alt+ArrowLeft"),
  command("endRight", "text", "Alt+ArrowRight"),
  command("startLeft", "text", "Alt+Shift+ArrowLeft"),
  command("startRight", "text", "Alt+Shift+ArrowRight"),
  command("cutPrefix", "text", "Alt+P"),
  command("keepPrefix", "text", "Alt+Shift+P"),
  command("snap", "text", "Alt+W"),

  command("corner", "image", "Space"),
  command("previousPoint", "image", "<"),
  command("nextPoint", "image", ">"),
  command("moveLeft", "image", "ArrowLeft"),
  command("moveRight", "image", "ArrowRight"),
  command("moveUp", "image", "ArrowUp"),
  command("moveDown", "image", "ArrowDown"),
  command("moveFarLeft", "image", "Shift+ArrowLeft"),
  command("moveFarRight", "image", "Shift+ArrowRight"),
  command("moveFarUp", "image", "Shift+ArrowUp"),
  command("moveFarDown", "image", "Shift+ArrowDown"),
  command("narrower", "image", "Mod+ArrowLeft"),
  command("wider", "image", "Mod+ArrowRight"),
  command("shorter", "image", "Mod+ArrowUp"),
  command("taller", "image", "Mod+ArrowDown"),
  command("turnLeft", "image", ","),
  command("turnRight", "image", "."),
  command("zoomIn", "image", "+", "="),
  command("zoomOut", "image", "-"),
  command("zoomFit", "image", "Alt+0"),
  command("zoomWhole", "image", "Alt+1"),
  command("panTool", "image", "Alt+M"),
  command("snapEdges", "image", "Alt+W"),
  command("hideRegion", "image", "Alt+H"),
  command("lockRegion", "image", "Alt+L"),
  command("brighter", "image", "Alt+."),
  command("darker", "image", "Alt+,"),
  command("moreContrast", "image", "Alt+]"),
  command("lessContrast", "image", "Alt+["),
];

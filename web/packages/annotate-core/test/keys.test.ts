import { describe, expect, it } from "vitest";
import {
  changeKeys,
  chordCaps,
  chordsOf,
  clashes,
  commands,
  Dispatcher,
  normalChord,
  optionKeys,
  type Question,
  withOwnKeys,
} from "../src/index";

const press = (
  key: string,
  code: string,
  held: Partial<Record<"ctrl" | "alt" | "shift" | "meta", true>> = {},
) => ({
  key,
  code,
  ctrlKey: held.ctrl ?? false,
  altKey: held.alt ?? false,
  shiftKey: held.shift ?? false,
  metaKey: held.meta ?? false,
});

describe("chords", () => {
  it("are the same on an Arabic layout, and the letter itself comes first", () => {
    expect(chordsOf(press("ئ", "KeyZ", { ctrl: true }), false)).toEqual(["Mod+ئ", "Mod+Z"]);
    expect(chordsOf(press("١", "Digit1"), false)).toEqual(["١", "1"]);
    expect(chordsOf(press("د", "BracketRight"), false)).toEqual(["د", "]"]);
    expect(chordsOf(press("؟", "Slash", { shift: true }), false)).toEqual(["؟", "?"]);
  });

  it("take Command for Mod on a Mac, where Alt writes signs", () => {
    expect(chordsOf(press("z", "KeyZ", { meta: true, shift: true }), true)).toEqual(["Mod+Shift+Z"]);
    expect(chordsOf(press("≈", "KeyX", { alt: true }), true)).toContain("Alt+X");
  });

  it("name keys alone and signs without Shift", () => {
    expect(chordsOf(press("Shift", "ShiftLeft", { shift: true }), false)).toEqual([]);
    expect(chordsOf(press("?", "Slash", { shift: true }), false)).toEqual(["?"]);
    expect(chordsOf(press(" ", "Space"), false)).toEqual(["Space"]);
    expect(chordsOf(press("A", "KeyA", { shift: true }), false)).toEqual(["Shift+A"]);
  });

  it("have one written form", () => {
    expect(normalChord("shift+mod+z")).toBe("Mod+Shift+Z");
    expect(normalChord("+")).toBe("+");
    expect(normalChord("Mod++")).toBe("Mod++");
    expect(normalChord("Hyper+Z")).toBeUndefined();
    expect(chordCaps("Mod+Shift+ArrowLeft", false)).toEqual(["Ctrl", "Shift", "←"]);
    expect(chordCaps("+", true)).toEqual(["+"]);
  });
});

describe("the keymap", () => {
  it("has no clash as delivered, and every command has a key and one name", () => {
    expect(clashes(commands)).toEqual([]);
    expect(new Set(commands.map((command) => command.id)).size).toBe(commands.length);
    for (const command of commands) {
      expect(command.keys.length).toBeGreaterThan(0);
      for (const key of command.keys) expect(normalChord(key)).toBe(key);
    }
  });

  it("shows a clash that a person or an ontology makes", () => {
    const own = withOwnKeys(commands, { skip: ["mod+z"], unknown: ["A"] });
    expect(clashes(own)).toEqual([{ chord: "Mod+Z", between: ["skip", "undo"] }]);
    const labels = new Map([["?", { question: "topic", option: "odd" }]]);
    expect(clashes(commands, labels)).toEqual([{ chord: "?", between: ["keys", "label:topic:odd"] }]);
  });

  it("stores only what differs", () => {
    const own = changeKeys(commands, {}, "skip", ["Alt+S"]);
    expect(own).toEqual({ skip: ["Alt+S"] });
    expect(changeKeys(commands, own, "skip", ["Alt+X"])).toEqual({});
    expect(changeKeys(commands, own, "skip", undefined)).toEqual({});
  });
});

describe("the dispatcher", () => {
  it("asks the inner scope first, passes on what is not taken, and leaves text to text fields", () => {
    const dispatcher = new Dispatcher([
      { id: "outer", scope: "task", keys: ["Escape", "Enter"] },
      { id: "inner", scope: "text", keys: ["Escape"] },
    ]);
    const ran: string[] = [];
    let open = true;
    dispatcher.bind("outer", () => void ran.push("outer"));
    const untie = dispatcher.bind("inner", () => (open ? void ran.push("inner") : false));
    const at = (scope: "task" | "text", typing = false) => ({ scope, typing, mac: false });
    const leave = press("Escape", "Escape");
    expect(dispatcher.press(leave, at("text"), () => false)).toBe(true);
    open = false;
    dispatcher.press(leave, at("text"), () => false);
    untie();
    dispatcher.press(leave, at("text"), () => false);
    expect(ran).toEqual(["inner", "outer", "outer"]);
    expect(dispatcher.press(press("Enter", "Enter"), at("task", true), () => true)).toBe(false);
    expect(dispatcher.press(press("q", "KeyQ"), at("task"), (chord) => chord === "Q")).toBe(true);
  });
});

describe("keys of labels", () => {
  const questions: Question[] = [
    {
      name: "topic",
      kind: "choice",
      labels: [{ name: "sport", hotkey: "2" }, { name: "news" }, { name: "art" }],
    },
    { name: "mood", kind: "rating", min: 1, max: 3 },
    { name: "better", kind: "pairwise", left: "a", right: "b", strength: 2 },
  ];
  const shown = (atHand: string) =>
    Object.fromEntries([...optionKeys(questions, atHand)].map(([key, { option }]) => [key, option]));

  it("are the ontology's, then spare ones for the question at hand", () => {
    expect(shown("topic")).toEqual({ 1: "news", 2: "sport", 3: "art" });
    expect(shown("mood")).toEqual({ 1: "1", 2: "2", 3: "3" }); // its own digits before a hotkey of another question
    expect(shown("better")).toEqual({ 1: "0", 2: "sport", 3: "1", 4: "2", 5: "3", 6: "4" });
  });
});

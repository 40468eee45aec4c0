import { pairwiseScale } from "../kinds/pairwise";
import { ratingSteps } from "../kinds/rating";
import { LabelTree } from "../labelTree";
import { labelsOf, type Question } from "../ontology";
import { type Chord, normalChord } from "./chord";

/** One thing a question lets a person choose by a key: a label, a step of a rating, a strength of preference. */
export interface Option {
  readonly question: string;
  readonly option: string;
}

/** The options of a question in the order they are shown, with the hotkeys the ontology gives. */
export function optionsOf(
  question: Question,
): readonly { name: string; hotkey?: string | null | undefined }[] {
  switch (question.kind) {
    case "choice":
    case "ranking":
    case "span":
    case "box":
    case "polygon":
      return new LabelTree(labelsOf(question))
        .walk()
        .map((node) => ({ name: node.label.name, hotkey: node.label.hotkey }));
    case "rating":
      return (ratingSteps(question) ?? []).map((value) => ({
        name: String(value),
        hotkey: /^[0-9]$/.test(String(value)) ? String(value) : undefined,
      }));
    case "pairwise":
      return pairwiseScale(question).map((_, index) => ({ name: String(index) }));
    case "text":
      return [];
  }
}

const spareKeys: readonly Chord[] = [..."1234567890QWERTYUIOPASDFGHJKLZXCVBNM"];

/**
 * The key of every option that has one now. Hotkeys written in the ontology hold for all questions asked; the
 * question at hand gives its other options the spare keys in order. A rating's digits are its own while it is at
 * hand, before any hotkey: who has a scale from 1 to 5 in front of them means the scale by a 3.
 */
export function optionKeys(
  asked: readonly Question[],
  atHand: string | undefined,
): ReadonlyMap<Chord, Option> {
  const keys = new Map<Chord, Option>();
  const current = asked.find((question) => question.name === atHand);
  if (current?.kind === "rating")
    for (const { name, hotkey } of optionsOf(current))
      if (hotkey) keys.set(hotkey, { question: current.name, option: name });
  for (const question of asked) {
    if (question.kind === "rating") continue;
    for (const { name, hotkey } of optionsOf(question)) {
      const chord = hotkey ? normalChord(hotkey) : undefined;
      if (chord && !keys.has(chord)) keys.set(chord, { question: question.name, option: name });
    }
  }
  if (!current) return keys;
  const named = new Set<string>();
  for (const { option, question } of keys.values()) if (question === current.name) named.add(option);
  const options = optionsOf(current).filter(({ name }) => !named.has(name));
  const give = (name: string, chord: Chord | undefined): boolean => {
    if (!chord || keys.has(chord)) return false;
    keys.set(chord, { question: current.name, option: name });
    return true;
  };
  const without = options.filter(({ name, hotkey }) => !give(name, hotkey ? normalChord(hotkey) : undefined));
  for (const { name } of without)
    give(
      name,
      spareKeys.find((spare) => !keys.has(spare)),
    );
  return keys;
}

/** Option → key, for the hints beside the labels. */
export function keysByOption(keys: ReadonlyMap<Chord, Option>, question: string): ReadonlyMap<string, Chord> {
  const found = new Map<string, Chord>();
  for (const [chord, option] of keys) if (option.question === question) found.set(option.option, chord);
  return found;
}

import { type Chord, normalChord } from "./chord";
import { type Command, mayMeet } from "./commands";

/** What a person changed: command → its keys. Commands not named keep their own. */
export type OwnKeys = Readonly<Record<string, readonly Chord[]>>;

/** The commands with a person's own keys in place; names and keys that are not known are left out. */
export function withOwnKeys(
  commands: readonly Command[],
  own: OwnKeys | null | undefined,
): readonly Command[] {
  if (!own) return commands;
  return commands.map((command) => {
    const keys = own[command.id];
    if (!Array.isArray(keys)) return command;
    return { ...command, keys: keys.flatMap((key) => normalChord(String(key)) ?? []) };
  });
}

/** As it is stored with the person: the keys of a command in one string, apart by blanks. */
export function readOwnKeys(
  stored: Readonly<Record<string, string | readonly string[]>> | null | undefined,
): OwnKeys {
  return Object.fromEntries(
    Object.entries(stored ?? {}).map(([id, keys]) => [
      id,
      (typeof keys === "string" ? keys.split(" ") : keys).filter(Boolean),
    ]),
  );
}

export function writeOwnKeys(own: OwnKeys): Record<string, string> {
  return Object.fromEntries(Object.entries(own).map(([id, keys]) => [id, keys.join(" ")]));
}

export interface Clash {
  readonly chord: Chord;
  /** The ids of two commands, or a command and `label:<question>:<option>`. */
  readonly between: readonly [string, string];
}

/** Keys that would mean two things at once, labels' hotkeys included. */
export function clashes(
  commands: readonly Command[],
  optionKeys: ReadonlyMap<Chord, { question: string; option: string }> = new Map(),
): readonly Clash[] {
  const found: Clash[] = [];
  commands.forEach((one, index) => {
    for (const chord of one.keys) {
      const option = optionKeys.get(chord);
      if (option) found.push({ chord, between: [one.id, `label:${option.question}:${option.option}`] });
      for (const other of commands.slice(index + 1))
        if (mayMeet(one.scope, other.scope) && other.keys.includes(chord))
          found.push({ chord, between: [one.id, other.id] });
    }
  });
  return found;
}

/** What is left to store after `command` is given `keys`: an entry only where it differs from the default. */
export function changeKeys(
  defaults: readonly Command[],
  own: OwnKeys,
  id: string,
  keys: readonly Chord[] | undefined,
): OwnKeys {
  const { [id]: _, ...rest } = own;
  const usual = defaults.find((command) => command.id === id)?.keys ?? [];
  if (keys === undefined || (keys.length === usual.length && keys.every((key, at) => key === usual[at])))
    return rest;
  return { ...rest, [id]: keys };
}

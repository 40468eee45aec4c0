import { type Chord, chordsOf, type KeyPress, writesText } from "./chord";
import { type Command, type Scope, scopesWithin } from "./commands";

/** Returns false to say "not mine now": the next meaning of the key is tried, at last the browser's own. */
export type Handler = () => unknown;

export interface Where {
  readonly scope: Scope;
  /** A text field has the focus: keys that write text are left to it. */
  readonly typing: boolean;
  readonly mac: boolean;
}

/** Runs the command a key press means where the person is. */
export class Dispatcher {
  private readonly handlers = new Map<string, Handler[]>();
  private byChord = new Map<Chord, Command[]>();

  constructor(commands: readonly Command[]) {
    this.use(commands);
  }

  /** Put another keymap in force. */
  use(commands: readonly Command[]): void {
    this.byChord = new Map();
    for (const command of commands)
      for (const chord of command.keys) {
        const others = this.byChord.get(chord);
        if (others) others.push(command);
        else this.byChord.set(chord, [command]);
      }
  }

  /** Tie a command to what it does now; the latest binding comes first. Returns how to untie it. */
  bind(id: string, handler: Handler): () => void {
    const bound = this.handlers.get(id);
    if (bound) bound.push(handler);
    else this.handlers.set(id, [handler]);
    return () => {
      const list = this.handlers.get(id);
      const at = list?.indexOf(handler) ?? -1;
      if (at >= 0) list?.splice(at, 1);
    };
  }

  /** Run a command by name; false when nothing took it. */
  run(id: string): boolean {
    const bound = this.handlers.get(id) ?? [];
    for (let at = bound.length - 1; at >= 0; at--) if (bound[at]?.() !== false) return true;
    return false;
  }

  /** True when the key press was taken; `options` are the labels' keys, below the commands of every scope. */
  press(press: KeyPress, where: Where, option: (chord: Chord) => boolean): boolean {
    const scopes = scopesWithin(where.scope);
    for (const chord of chordsOf(press, where.mac)) {
      if (where.typing && writesText(chord)) continue;
      const meant = (this.byChord.get(chord) ?? [])
        .filter((command) => scopes.includes(command.scope))
        .sort((a, b) => scopes.indexOf(a.scope) - scopes.indexOf(b.scope));
      for (const command of meant) if (this.run(command.id)) return true;
      if (option(chord)) return true;
    }
    return false;
  }
}

import type { Answer, Value } from "./answer";
import { askedQuestions } from "./asked";
import { checkAnswer, finalAnswer } from "./check";
import { History } from "./history";
import type { ItemData, Problem } from "./kinds/rules";
import type { Ontology, Question } from "./ontology";

/** Letters typed within this time of each other are one step of undo. */
const typingPause = 700;

/** One view of the answer; a new object whenever anything changed. */
export interface AnswerView {
  /** All values, those of questions no longer asked too. */
  readonly working: Answer;
  readonly asked: readonly Question[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** True once the person changed anything. */
  readonly touched: boolean;
}

export interface SetOptions {
  /** Join this change to the one before with the same key: a letter typed, a pixel dragged. */
  readonly merge?: string;
}

/** The answer to one task while it is worked on: every change a step that can be taken back. */
export class AnswerState {
  private readonly history: History<Answer>;
  private readonly listeners = new Set<() => void>();
  private seen: AnswerView;
  private wasTouched = false;

  constructor(
    readonly ontology: Ontology,
    readonly data: ItemData,
    start: Answer = {},
    private readonly now: () => number = () => performance.now(),
  ) {
    this.history = new History<Answer>(start);
    this.seen = this.look();
  }

  /** For useSyncExternalStore: stable until something changes. */
  readonly view = (): AnswerView => this.seen;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get working(): Answer {
    return this.history.present;
  }

  value(question: string): Value | undefined {
    return this.history.present[question];
  }

  set(question: string, value: Value | undefined, options: SetOptions = {}): void {
    const before = this.history.present;
    if (before[question] === value) return;
    const next: Record<string, Value> = { ...before };
    if (value === undefined) delete next[question];
    else next[question] = value;
    const merge =
      options.merge === undefined
        ? undefined
        : { key: `${question}\n${options.merge}`, now: this.now(), within: typingPause };
    this.history.commit(next, question, merge);
    this.changed();
  }

  /** Put a whole answer in place (a suggestion taken over), as one step. */
  replace(answer: Answer): void {
    this.history.commit(answer, "");
    this.changed();
  }

  /** End a run of merged changes (the text field lost focus, the pointer was lifted). */
  seal(): void {
    this.history.seal();
  }

  /** The question that changed back (empty when the whole answer did), or undefined when there was nothing to undo. */
  undo(): string | undefined {
    const question = this.history.undo();
    if (question !== undefined) this.changed();
    return question;
  }

  redo(): string | undefined {
    const question = this.history.redo();
    if (question !== undefined) this.changed();
    return question;
  }

  final(): Answer {
    return finalAnswer(this.ontology, this.working);
  }

  problems(): readonly Problem[] {
    return checkAnswer(this.ontology, this.working, this.data);
  }

  private changed(): void {
    this.wasTouched = true;
    this.seen = this.look();
    for (const listener of this.listeners) listener();
  }

  private look(): AnswerView {
    return {
      working: this.history.present,
      asked: askedQuestions(this.ontology, this.history.present),
      canUndo: this.history.canUndo,
      canRedo: this.history.canRedo,
      touched: this.wasTouched,
    };
  }
}

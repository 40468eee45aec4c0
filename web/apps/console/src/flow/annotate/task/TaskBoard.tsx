import {
  type Answer,
  type AnswerState,
  commands as allCommands,
  type Command,
  Dispatcher,
  type ItemData,
  isRequired,
  type Localised,
  localised,
  type Ontology,
  type Option,
  optionKeys,
  type Problem,
  rulesOf,
  type Value,
} from "@qistas/annotate-core";
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { widgetOf } from "../../../kinds";
import { isMac } from "../commands/platform";
import { useCommands } from "../commands/useCommand";
import { useKeyboard } from "../commands/useKeyboard";
import { ItemPane } from "../item/ItemPane";
import { isAnswered, QuestionPane } from "../questions/QuestionPane";
import { Announcer } from "./Announcer";
import { Regions } from "./regions";
import classes from "./TaskBoard.module.css";
import { type TaskScope, TaskScopeProvider, useAnswerView } from "./TaskScope";

export interface TaskBoardProps {
  ontology: Ontology;
  data: ItemData;
  state: AnswerState;
  suggestion?: Answer | null;
  readOnly?: boolean;
  /** The language of titles; by default the console's. */
  language?: string | undefined;
  problems?: readonly Problem[];
  /** Keys are heard on the whole page, or only inside the board. */
  keysFrom: "page" | "board";
  commands?: readonly Command[];
  dispatcher?: Dispatcher;
  /** Labels chosen to draw with, kept from task to task. */
  pens?: Map<string, string>;
  compact?: boolean;
  /** Who works at what, for what must not stand in the same order before everyone. */
  seed?: string;
  /** The first question takes the focus as soon as it is there. */
  takesFocus?: boolean | undefined;
  onActivity?: () => void;
  /** Undo, when nothing in the answer is left to undo. */
  onUndoBeyond?: () => void;
  bar?: ReactNode;
  top?: ReactNode;
  footer?: ReactNode;
  aside?: ReactNode;
}

/** One item with its questions: the annotator's screen, its preview, and an answer shown or corrected in review. */
export function TaskBoard(props: TaskBoardProps) {
  const {
    ontology,
    data,
    state,
    suggestion = null,
    readOnly = false,
    keysFrom,
    commands = allCommands,
  } = props;
  const { t, i18n } = useTranslation("annotate");
  const view = useAnswerView(state);
  const [root, setRoot] = useState<HTMLElement | null>(null);
  // what is at hand belongs to one task: the next begins with its first question
  const [held, setHeld] = useState<{ of: AnswerState; name: string } | null>(null);
  const atHand = held?.of === state ? held.name : view.asked[0]?.name;
  const setAtHand = useCallback((name: string) => setHeld({ of: state, name }), [state]);
  const [spoken, setSpoken] = useState("");
  const own = useMemo(() => new Dispatcher(allCommands), []);
  const dispatcher = props.dispatcher ?? own;
  useMemo(() => dispatcher.use(commands), [dispatcher, commands]);
  const { pens } = props;
  // a new task has new regions, but keeps the pens
  // biome-ignore lint/correctness/useExhaustiveDependencies: `state` stands for the task
  const regions = useMemo(() => new Regions(pens), [state, pens]);
  const taskKey = useTaskKey(state);
  const language = props.language ?? i18n.language;

  const current = view.asked.some((one) => one.name === atHand) ? atHand : view.asked[0]?.name;
  const keys = useMemo(() => optionKeys(view.asked, current), [view.asked, current]);
  const title = useCallback(
    (text: Localised | null | undefined, otherwise: string) =>
      localised(text, language, otherwise, ontology.languages ?? []),
    [language, ontology.languages],
  );
  const keysOf = useCallback(
    (id: string) => commands.find((command) => command.id === id)?.keys ?? [],
    [commands],
  );
  const keyOf = useCallback((id: string) => keysOf(id)[0], [keysOf]);

  const focusQuestion = useCallback(
    (name: string) => {
      setAtHand(name);
      const card = root?.querySelector<HTMLElement>(`[data-question="${CSS.escape(name)}"]`);
      const inside = card?.querySelector<HTMLElement>("textarea, input[type='text'], input:checked");
      (inside ?? card)?.focus();
      card?.scrollIntoView({ block: "nearest" });
    },
    [root, setAtHand],
  );

  const choose = (option: Option): void => {
    const question = view.asked.find((one) => one.name === option.question);
    if (!question || readOnly) return;
    const { choose: make, optionTitle } = widgetOf(question.kind);
    if (!make) {
      setAtHand(question.name);
      regions.choose(question.name, option.option);
      return;
    }
    const before = state.value(question.name);
    const next = make(question as never, before as never, option.option);
    state.set(question.name, next);
    const name = title(optionTitle?.(question as never, option.option), option.option);
    setSpoken(t("choice.chosen", { option: name, question: title(question.title, question.name) }));
    const one = question.kind !== "choice" || question.many !== true;
    const asked = state.view().asked;
    // an optional text is not on the way: who chooses by key goes on choosing by key
    const following = asked
      .slice(asked.findIndex((other) => other.name === question.name) + 1)
      .find((other) => other.kind !== "text" || isRequired(other));
    const whole = (value: Value | undefined): boolean =>
      value !== undefined && isAnswered(question, value) && rulesOf(question).check(value, data).length === 0;
    if (one && !whole(before) && whole(next) && following && question.name === current)
      focusQuestion(following.name);
    else setAtHand(question.name);
  };

  const step = (direction: 1 | -1) => () => {
    const at = view.asked.findIndex((one) => one.name === current);
    const next = view.asked[at + direction];
    if (next) focusQuestion(next.name);
    return next !== undefined;
  };
  const turn = (which: "undo" | "redo") => () => {
    const question = which === "undo" ? state.undo() : state.redo();
    if (question === undefined) {
      if (which === "undo") props.onUndoBeyond?.();
      return true;
    }
    const of = ontology.questions.find((one) => one.name === question);
    if (of) setAtHand(of.name);
    setSpoken(t(`history.${which}`, { question: of ? title(of.title, of.name) : t("history.all") }));
    return true;
  };
  useCommands(dispatcher, {
    undo: turn("undo"),
    redo: turn("redo"),
    nextQuestion: step(1),
    previousQuestion: step(-1),
    acceptSuggestion: () => {
      if (!suggestion || readOnly) return false;
      state.replace({ ...state.working, ...suggestion });
      setSpoken(t("suggestion.taken"));
      return true;
    },
  });
  useKeyboard({
    dispatcher,
    optionKeys: keys,
    choose,
    target: keysFrom === "page" ? window : root,
    onActivity: props.onActivity,
  });

  const { takesFocus } = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a board, not for each answer on it
  useEffect(() => {
    if (root && takesFocus && current) focusQuestion(current);
  }, [root]);

  // when a submit is refused, the first question with a problem comes to hand
  const firstProblem = props.problems?.[0]?.question;
  const shownProblem = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (firstProblem && shownProblem.current === undefined) focusQuestion(firstProblem);
    shownProblem.current = firstProblem;
  }, [firstProblem, focusQuestion]);

  const scope: TaskScope = {
    ontology,
    data,
    state,
    regions,
    suggestion,
    readOnly,
    dispatcher,
    keyOf,
    keysOf,
    optionKeys: keys,
    atHand: current,
    setAtHand,
    title,
    announce: setSpoken,
    mac: isMac,
    seed: props.seed ?? "",
  };
  return (
    <TaskScopeProvider value={scope}>
      <div ref={setRoot} className={classes.board} data-compact={props.compact || undefined}>
        {props.bar}
        <div className={classes.panes}>
          <ItemPane key={`item ${taskKey}`} />
          <QuestionPane
            key={`questions ${taskKey}`}
            problems={props.problems ?? []}
            top={props.top}
            footer={props.footer}
          />
          {props.aside}
        </div>
        <Announcer text={spoken} />
      </div>
    </TaskScopeProvider>
  );
}

/** A number of its own for each task shown. */
function useTaskKey(state: AnswerState): number {
  const counter = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `state` stands for the task
  return useMemo(() => ++counter.current, [state]);
}

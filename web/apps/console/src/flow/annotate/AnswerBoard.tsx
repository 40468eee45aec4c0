import {
  AnswerState,
  commands,
  Dispatcher,
  type Answer as KernelAnswer,
  type Ontology as KernelOntology,
  sameJson,
} from "@qistas/annotate-core";
import type { Answer, Ontology } from "@qistas/api";
import { useEffect, useMemo, useRef, useState } from "react";
import { useCommands } from "./commands/useCommand";
import classes from "./Preview.module.css";
import { TaskBoard } from "./task/TaskBoard";

export interface AnswerBoardProps {
  ontology: Ontology;
  data: Record<string, unknown>;
  answer: Answer;
  /** Without it the board only shows the answer. */
  onChange?: (answer: Answer) => void;
  /** Told at once and on each change whether the answer could be sent. */
  onComplete?: (complete: boolean) => void;
  /** The keys that submit a task send this answer, too; with it the whole page hears the keys. */
  onSubmit?: () => void;
  /** The first question has the focus as soon as the board is there. */
  takesFocus?: boolean;
  /** As high as what it shows. */
  low?: boolean;
}

/** One item with one answer on it: shown in review, changed when a reviewer corrects or adjudicates. */
export function AnswerBoard(props: AnswerBoardProps) {
  const { ontology, data, answer, onChange, onComplete, onSubmit, takesFocus, low } = props;
  const document = ontology as KernelOntology;
  const state = useRef<AnswerState | null>(null);
  const sent = useRef<Answer>(answer);
  // a new board for another item or another answer, but not for the answer this board has just given
  const fresh = useMemo(() => {
    if (
      state.current &&
      state.current.ontology === document &&
      state.current.data === data &&
      sameJson(sent.current, answer)
    )
      return state.current;
    state.current = new AnswerState(document, data, answer as KernelAnswer);
    sent.current = answer;
    return state.current;
  }, [document, data, answer]);
  const [dispatcher] = useState(() => new Dispatcher(commands));
  useCommands(dispatcher, { submit: () => (onSubmit ? onSubmit() : false) });
  const tell = useRef({ onChange, onComplete });
  useEffect(() => {
    tell.current = { onChange, onComplete };
  });
  useEffect(() => {
    tell.current.onComplete?.(fresh.problems().length === 0);
    return fresh.subscribe(() => {
      sent.current = fresh.final();
      tell.current.onChange?.(sent.current);
      tell.current.onComplete?.(fresh.problems().length === 0);
    });
  }, [fresh]);
  return (
    <div className={low ? classes.low : classes.board}>
      <TaskBoard
        ontology={document}
        data={data}
        state={fresh}
        readOnly={!onChange}
        keysFrom={onSubmit ? "page" : "board"}
        dispatcher={dispatcher}
        takesFocus={takesFocus}
        compact
        problems={[]}
      />
    </div>
  );
}

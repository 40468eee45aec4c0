import {
  AnswerState,
  type Answer as KernelAnswer,
  type Ontology as KernelOntology,
  sameJson,
} from "@qistas/annotate-core";
import type { Answer, Ontology } from "@qistas/api";
import { useEffect, useMemo, useRef } from "react";
import classes from "./Preview.module.css";
import { TaskBoard } from "./task/TaskBoard";

export interface AnswerBoardProps {
  ontology: Ontology;
  data: Record<string, unknown>;
  answer: Answer;
  /** Without it the board only shows the answer. */
  onChange?: (answer: Answer) => void;
}

/** One item with one answer on it: shown in review, changed when a reviewer corrects or adjudicates. */
export function AnswerBoard({ ontology, data, answer, onChange }: AnswerBoardProps) {
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
  const tell = useRef(onChange);
  useEffect(() => {
    tell.current = onChange;
  });
  useEffect(
    () =>
      fresh.subscribe(() => {
        sent.current = fresh.final();
        tell.current?.(sent.current);
      }),
    [fresh],
  );
  return (
    <div className={classes.board}>
      <TaskBoard
        ontology={document}
        data={data}
        state={fresh}
        readOnly={!onChange}
        keysFrom="board"
        compact
        problems={[]}
      />
    </div>
  );
}

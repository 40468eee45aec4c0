import type { Answer, Ontology } from "@qistas/api";

export interface AnswerBoardProps {
  ontology: Ontology;
  data: Record<string, unknown>;
  answer: Answer;
  /** Without it the board only shows the answer. */
  onChange?: (answer: Answer) => void;
}

/** One item with one answer on it: shown in review, changed when a reviewer corrects or adjudicates. */
export function AnswerBoard({ answer }: AnswerBoardProps) {
  return <pre>{JSON.stringify(answer, null, 2)}</pre>;
}

import {
  type Answer as KernelAnswer,
  type Ontology as KernelOntology,
  type Localised,
  localised,
} from "@qistas/annotate-core";
import type { Answer, Ontology } from "@qistas/api";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { widgetOf } from "../../kinds";

interface OneProps {
  ontology: Ontology;
  /** The question's name. */
  question: string;
  answer: Answer;
  data: Record<string, unknown>;
}

function useTitle(ontology: Ontology) {
  const { i18n } = useTranslation("annotate");
  return useCallback(
    (text: Localised | null | undefined, otherwise: string) =>
      localised(text, i18n.language, otherwise, ontology.languages ?? []),
    [i18n.language, ontology.languages],
  );
}

/** One question's answer in little room, read only. */
export function AnswerView({ ontology, question, answer, data }: OneProps) {
  const { t } = useTranslation("annotate");
  const title = useTitle(ontology);
  const asked = (ontology as KernelOntology).questions.find((one) => one.name === question);
  const value = (answer as KernelAnswer)[question];
  if (!asked || value === undefined)
    return <span style={{ color: "var(--ink-soft)" }}>{t("view.none")}</span>;
  const { View } = widgetOf(asked.kind);
  return <View question={asked as never} value={value as never} data={data} title={title} />;
}

interface CompareProps {
  ontology: Ontology;
  question: string;
  answers: readonly { who: string; answer: Answer }[];
  data: Record<string, unknown>;
}

/** Everyone's answers to one question, so that the disagreement is seen at a glance. */
export function AnswerCompare({ ontology, question, answers, data }: CompareProps) {
  const title = useTitle(ontology);
  const asked = (ontology as KernelOntology).questions.find((one) => one.name === question);
  if (!asked) return null;
  const { Compare } = widgetOf(asked.kind);
  const voices = answers.map(({ who, answer }) => ({ who, value: (answer as KernelAnswer)[question] }));
  return <Compare question={asked as never} voices={voices as never} data={data} title={title} />;
}

import { type Problem, type Question, rulesOf, type Value } from "@qistas/annotate-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useAnswerView, useTaskScope } from "../task/TaskScope";
import { QuestionCard } from "./QuestionCard";
import classes from "./Questions.module.css";

interface Props {
  /** Problems to show; none before the first try to submit. */
  problems: readonly Problem[];
  top?: ReactNode;
  footer?: ReactNode;
}

/** What is asked, question by question; those not asked under this answer are not there. */
export function QuestionPane({ problems, top, footer }: Props) {
  const { t } = useTranslation("annotate");
  const { state } = useTaskScope();
  const { asked, working } = useAnswerView(state);
  return (
    <section className={classes.pane} aria-label={t("questions.title")}>
      <div className={classes.list}>
        {top}
        {asked.map((question) => (
          <QuestionCard
            key={question.name}
            question={question}
            value={working[question.name]}
            problems={problems.filter((one) => one.question === question.name)}
            alone={asked.length === 1}
          />
        ))}
      </div>
      {footer ? <div className={classes.footer}>{footer}</div> : null}
    </section>
  );
}

/** True once a question has an answer worth the name. */
export function isAnswered(question: Question, value: Value | undefined): boolean {
  return value !== undefined && !rulesOf(question).isEmpty(value);
}

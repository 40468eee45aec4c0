import { isRequired, keysByOption, type Problem, type Question, type Value } from "@qistas/annotate-core";
import { memo, useId, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { widgetOf } from "../../../kinds";
import { useTaskScope } from "../task/TaskScope";
import classes from "./Questions.module.css";

interface Props {
  question: Question;
  value: Value | undefined;
  problems: readonly Problem[];
  alone: boolean;
}

export const QuestionCard = memo(function QuestionCard({ question, value, problems, alone }: Props) {
  const { t } = useTranslation("annotate");
  const { state, suggestion, readOnly, optionKeys, atHand, setAtHand, title } = useTaskScope();
  const id = useId();
  const keys = useMemo(() => keysByOption(optionKeys, question.name), [optionKeys, question.name]);
  const help = title(question.help, "");
  const describedBy = [help && `${id}-help`, problems.length > 0 && `${id}-problems`]
    .filter(Boolean)
    .join(" ");
  const { Editor } = widgetOf(question.kind);
  return (
    // biome-ignore lint/a11y/useSemanticElements: the widget inside is the group of form fields
    <div
      role="group"
      aria-labelledby={`${id}-title`}
      className={classes.card}
      data-question={question.name}
      data-at-hand={(!alone && atHand === question.name) || undefined}
      tabIndex={-1}
      onFocus={() => setAtHand(question.name)}
    >
      <h2 id={`${id}-title`} className={classes.title}>
        <bdi>{title(question.title, question.name)}</bdi>
        {isRequired(question) ? null : <span className={classes.optional}>{t("questions.optional")}</span>}
      </h2>
      {help ? (
        <p id={`${id}-help`} className={classes.help} dir="auto">
          {help}
        </p>
      ) : null}
      <Editor
        question={question as never}
        value={value as never}
        onChange={(next, options) => state.set(question.name, next, options)}
        labelledBy={`${id}-title`}
        describedBy={describedBy || undefined}
        keys={keys}
        invalid={problems.length > 0}
        readOnly={readOnly}
        suggestion={suggestion?.[question.name] as never}
      />
      {problems.length > 0 ? (
        <ul id={`${id}-problems`} className={classes.problems}>
          {problems.map((one) => (
            <li key={`${one.where} ${one.code}`}>{t(`problems.${one.code}`, one.params)}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
});

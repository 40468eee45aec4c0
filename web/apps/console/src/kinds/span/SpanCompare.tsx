import { CodePoints } from "@qistas/annotate-core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { CompareProps } from "../widget";
import { byStart, marksOf } from "./marks";
import { SpanText } from "./SpanText";
import classes from "./SpanView.module.css";

/** The text once, everyone's marks in lanes under it, each with the label and who set it. */
export function SpanCompare({ question, voices, data, title }: CompareProps<"span">) {
  const { t } = useTranslation("annotate");
  const source = data[question.field];
  const text = typeof source === "string" ? source : "";
  const points = useMemo(() => new CodePoints(text), [text]);
  const marks = useMemo(
    () =>
      byStart(
        voices.flatMap(({ who, value }) =>
          marksOf(
            question,
            value?.spans ?? [],
            points,
            title,
            () => "plain",
            (label) => `${label} · ${who}`,
          ),
        ),
      ),
    [voices, question, points, title],
  );
  const silent = voices.filter(({ value }) => !value || value.spans.length === 0);
  return (
    <div>
      <SpanText text={text} direction="auto" marks={marks} />
      {silent.length > 0 ? (
        <p className={classes.who}>{t("compare.silent", { who: silent.map(({ who }) => who).join(", ") })}</p>
      ) : null}
    </div>
  );
}

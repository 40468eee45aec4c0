import { CodePoints, compareSpans } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { LabelChip } from "../LabelChip";
import type { ViewProps } from "../widget";
import { spanLooks } from "./marks";
import classes from "./SpanView.module.css";

const shownSpans = 30;

/** The marked words with their labels, in the order of the text. */
export function SpanView({ question, value, data, title }: ViewProps<"span">) {
  const { t } = useTranslation("annotate");
  const text = data[question.field];
  const points = new CodePoints(typeof text === "string" ? text : "");
  const looks = spanLooks(question);
  const spans = value.spans.toSorted(compareSpans);
  if (spans.length === 0) return <span className={classes.none}>{t("view.nothingHere")}</span>;
  return (
    <ul className={classes.spans}>
      {spans.slice(0, shownSpans).map((span) => (
        <li key={`${span.start} ${span.end} ${span.label}`}>
          <bdi>{points.slice(span.start, span.end)}</bdi>{" "}
          <LabelChip look={looks.get(span.label)}>
            {title(question.labels.find((label) => label.name === span.label)?.title, span.label)}
          </LabelChip>
        </li>
      ))}
      {spans.length > shownSpans ? (
        <li className={classes.none}>{t("view.more", { count: spans.length - shownSpans })}</li>
      ) : null}
    </ul>
  );
}

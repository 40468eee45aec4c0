import { CodePoints, compareSpans, LabelTree, removeSpan, type Span, sameSpan } from "@qistas/annotate-core";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import { Icon } from "../../parts/Icon";
import { IconButton } from "../IconButton";
import { LabelChip } from "../LabelChip";
import { LabelOption } from "../LabelOption";
import { RegionList } from "../RegionList";
import type { EditorProps } from "../widget";
import { spanLooks } from "./marks";
import classes from "./SpanEditor.module.css";

/** The labels to mark with, and the list of what is marked. The text itself is the surface. */
export function SpanEditor({
  question,
  value,
  onChange,
  labelledBy,
  keys,
  readOnly,
  suggestion,
}: EditorProps<"span">) {
  const { t, i18n } = useTranslation("annotate");
  const { data, regions, title, announce } = useTaskScope();
  const slot = useRegionSlot(regions, question.name);
  const tree = useMemo(() => new LabelTree(question.labels), [question.labels]);
  const looks = spanLooks(question);
  const text = data[question.field];
  const points = useMemo(() => new CodePoints(typeof text === "string" ? text : ""), [text]);
  const spans = useMemo(() => (value?.spans ?? []).toSorted(compareSpans), [value]);
  const selected = slot.selected as Span | null;
  const at = selected ? spans.findIndex((span) => sameSpan(span, selected)) : -1;
  const nameOf = (label: string) => title(tree.get(label)?.title, label);
  const wordsOf = (span: Span) => points.slice(span.start, span.end);
  return (
    <div data-scope="region">
      {readOnly ? null : (
        // biome-ignore lint/a11y/useSemanticElements: buttons that press, not a set of form fields
        <div role="group" aria-labelledby={labelledBy} className={classes.palette}>
          {tree.walk().map(({ label, depth }) => (
            <LabelOption
              key={label.name}
              type="button"
              name={question.name}
              title={nameOf(label.name)}
              look={looks.get(label.name)}
              depth={depth}
              chosen={slot.pen === label.name}
              chord={keys.get(label.name)}
              disabled={false}
              onChoose={() => regions.choose(question.name, label.name)}
            />
          ))}
        </div>
      )}
      <p className={classes.count}>
        {t("span.count", {
          count: spans.length,
          shown: new Intl.NumberFormat(i18n.language).format(spans.length),
        })}
        {suggestion && suggestion.spans.length > 0
          ? ` · ${t("suggestion.regions", { count: suggestion.spans.length })}`
          : null}
      </p>
      <RegionList
        label={t("span.list")}
        items={spans}
        selected={at}
        keyOf={(span) => `${span.start} ${span.end} ${span.label}`}
        show={(span) => (
          <>
            <LabelChip look={looks.get(span.label)}>{nameOf(span.label)}</LabelChip>
            <bdi className={classes.words}>{wordsOf(span)}</bdi>
          </>
        )}
        actions={
          readOnly
            ? undefined
            : (span) => (
                <IconButton
                  label={t("span.remove", { text: wordsOf(span) })}
                  onClick={() => {
                    onChange({ spans: removeSpan(spans, span) });
                    announce(t("span.removed", { text: wordsOf(span), label: nameOf(span.label) }));
                  }}
                >
                  <Icon name="cross" size={14} />
                </IconButton>
              )
        }
        onSelect={(span) => regions.change(question.name, { selected: span })}
      />
    </div>
  );
}

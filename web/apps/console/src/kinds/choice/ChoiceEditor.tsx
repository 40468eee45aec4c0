import { LabelTree, labelLooks } from "@qistas/annotate-core";
import { useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import { LabelOption } from "../LabelOption";
import type { EditorProps } from "../widget";
import classes from "./Choice.module.css";
import { chooseLabel } from "./chooseLabel";

const filterFrom = 16;

export function ChoiceEditor(props: EditorProps<"choice">) {
  const { question, value, onChange, labelledBy, describedBy, keys, invalid, readOnly, suggestion } = props;
  const { t } = useTranslation("annotate");
  const { title } = useTaskScope();
  const name = useId();
  const [wanted, setWanted] = useState("");
  const tree = useMemo(() => new LabelTree(question.labels), [question.labels]);
  const looks = useMemo(() => labelLooks(question.labels), [question.labels]);
  const coloured = question.labels.some((label) => label.colour);
  const implied = useMemo(
    () => new Set((value?.labels ?? []).flatMap((label) => tree.ancestors(label))),
    [tree, value],
  );
  const nodes = tree.walk();
  const shown = wanted
    ? nodes.filter(({ label }) =>
        title(label.title, label.name).toLocaleLowerCase().includes(wanted.toLocaleLowerCase()),
      )
    : nodes;
  return (
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both roles take a name
    <div
      role={question.many ? "group" : "radiogroup"}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      aria-invalid={question.many ? undefined : invalid || undefined}
      className={nodes.length <= 4 && tree.flat ? classes.few : classes.list}
    >
      {nodes.length >= filterFrom ? (
        <input
          type="search"
          className={classes.filter}
          aria-label={t("choice.filter")}
          placeholder={t("choice.filter")}
          dir="auto"
          value={wanted}
          onChange={(event) => setWanted(event.target.value)}
        />
      ) : null}
      {shown.map(({ label, depth }) => (
        <LabelOption
          key={label.name}
          type={question.many ? "checkbox" : "radio"}
          name={name}
          title={title(label.title, label.name)}
          look={coloured ? looks.get(label.name) : undefined}
          depth={wanted ? 0 : depth}
          chosen={value?.labels.includes(label.name) ?? false}
          implied={implied.has(label.name)}
          suggested={suggestion?.labels.includes(label.name) ? t("suggestion.mark") : undefined}
          chord={readOnly ? undefined : keys.get(label.name)}
          disabled={readOnly}
          onChoose={() => onChange(chooseLabel(question, value, label.name))}
        />
      ))}
    </div>
  );
}

import { fieldNamed, type PairwiseValue, pairwiseScale, samePreference } from "@qistas/annotate-core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Keys } from "../../flow/annotate/commands/Keys";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import type { EditorProps } from "../widget";
import classes from "./Pairwise.module.css";
import { preferenceWords } from "./words";

/** A scale between the two fields, in the order they stand on the screen; the middle is the tie. */
export function PairwiseEditor(props: EditorProps<"pairwise">) {
  const { question, value, onChange, labelledBy, describedBy, keys, invalid, readOnly, suggestion } = props;
  const { t } = useTranslation("annotate");
  const { ontology, title } = useTaskScope();
  const group = useId();
  const name = (field: string) => title(fieldNamed(ontology, field)?.title, field);
  const scale = pairwiseScale(question);
  return (
    <div
      role="radiogroup"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
    >
      <div className={classes.ends} aria-hidden="true">
        <bdi>{name(question.left)}</bdi>
        <bdi>{name(question.right)}</bdi>
      </div>
      <div className={classes.scale}>
        {scale.map((one, index) => {
          const chosen = value !== undefined && samePreference(one, value);
          const suggested = suggestion !== undefined && samePreference(one, suggestion);
          const words = preferenceWords(question, one, name, t);
          return (
            <label
              key={`${one.choice}${one.strength ?? ""}`}
              className={classes.step}
              data-chosen={chosen || undefined}
              data-suggested={suggested || undefined}
              title={words}
            >
              <input
                type="radio"
                name={group}
                aria-label={suggested ? `${words}, ${t("suggestion.mark")}` : words}
                checked={chosen}
                disabled={readOnly}
                onChange={() => onChange(one)}
                onClick={chosen && !readOnly ? () => onChange(undefined) : undefined}
              />
              <Mark value={one} />
              <Keys chord={readOnly ? undefined : keys.get(String(index))} />
            </label>
          );
        })}
      </div>
      <p className={classes.words} aria-hidden="true">
        {value ? preferenceWords(question, value, name, t) : "\u00a0"}
      </p>
    </div>
  );
}

/** Signs that grow with the strength and point to the preferred side, in either direction of the page. */
function Mark({ value }: { value: PairwiseValue }) {
  if (value.choice === "tie") return <span className={classes.mark}>=</span>;
  const count = value.strength ?? 1;
  return (
    <span className={classes.mark} data-side={value.choice} aria-hidden="true">
      {Array.from({ length: Math.min(count, 4) }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: equal signs in a row
        <svg key={index} aria-hidden="true" viewBox="0 0 8 12" width="7" height="11">
          <path d="M6 1L2 6l4 5" fill="none" stroke="currentColor" strokeWidth="2" />
        </svg>
      ))}
    </span>
  );
}

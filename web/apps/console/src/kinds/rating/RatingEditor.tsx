import { onScale, ratingScale, ratingSteps } from "@qistas/annotate-core";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Keys } from "../../flow/annotate/commands/Keys";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import type { EditorProps } from "../widget";
import classes from "./Rating.module.css";

export function RatingEditor(props: EditorProps<"rating">) {
  const { question, value, labelledBy, describedBy, keys, invalid, readOnly, suggestion, onChange } = props;
  const { t, i18n } = useTranslation("annotate");
  const { title } = useTaskScope();
  const name = useId();
  const steps = ratingSteps(question);
  const number = new Intl.NumberFormat(i18n.language);
  const low = title(question.low_title, "");
  const high = title(question.high_title, "");
  if (!steps) return <RatingSlider {...props} />;
  return (
    <div
      role="radiogroup"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      aria-invalid={invalid || undefined}
    >
      <div className={classes.steps}>
        {steps.map((step, index) => {
          const end = index === 0 ? low : index === steps.length - 1 ? high : "";
          const suggested = suggestion?.value === step;
          const words = [number.format(step), end, suggested ? t("suggestion.mark") : ""].filter(Boolean);
          const chosen = value?.value === step;
          return (
            <label
              key={step}
              className={classes.step}
              data-chosen={chosen || undefined}
              data-suggested={suggested || undefined}
            >
              <input
                type="radio"
                name={name}
                aria-label={words.join(", ")}
                checked={chosen}
                disabled={readOnly}
                onChange={() => onChange({ value: step })}
                onClick={chosen && !readOnly ? () => onChange(undefined) : undefined}
              />
              <span>{number.format(step)}</span>
              <Keys chord={readOnly ? undefined : keys.get(String(step))} />
            </label>
          );
        })}
      </div>
      <Ends low={low} high={high} />
    </div>
  );
}

function RatingSlider({
  question,
  value,
  onChange,
  labelledBy,
  describedBy,
  readOnly,
}: EditorProps<"rating">) {
  const { t } = useTranslation("annotate");
  const { title } = useTaskScope();
  const { min, max, step } = ratingScale(question);
  const set = (raw: string) => {
    if (raw !== "" && Number.isFinite(Number(raw)))
      onChange({ value: onScale(question, Number(raw)) }, { merge: "slide" });
    else onChange(undefined);
  };
  return (
    <div>
      <div className={classes.slider}>
        <input
          type="range"
          min={min}
          max={max}
          step={step}
          value={value?.value ?? (min + max) / 2}
          data-unset={value === undefined || undefined}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          aria-valuetext={value === undefined ? t("view.none") : undefined}
          disabled={readOnly}
          onChange={(event) => set(event.target.value)}
        />
        <input
          type="number"
          className={classes.number}
          min={min}
          max={max}
          step={step}
          value={value?.value ?? ""}
          aria-labelledby={labelledBy}
          readOnly={readOnly}
          onChange={(event) => set(event.target.value)}
        />
      </div>
      <Ends low={title(question.low_title, "")} high={title(question.high_title, "")} />
    </div>
  );
}

function Ends({ low, high }: { low: string; high: string }) {
  if (!low && !high) return null;
  return (
    <div className={classes.ends} aria-hidden="true">
      <bdi>{low}</bdi>
      <bdi>{high}</bdi>
    </div>
  );
}

import { codePointLength } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import type { EditorProps } from "../widget";
import classes from "./Text.module.css";

const countFrom = 0.8;

export function TextEditor(props: EditorProps<"text">) {
  const { question, value, onChange, labelledBy, describedBy, invalid, readOnly, suggestion } = props;
  const { t, i18n } = useTranslation("annotate");
  const text = value?.text ?? "";
  const length = codePointLength(text);
  const most = question.max_length ?? 10_000;
  const number = new Intl.NumberFormat(i18n.language);
  const shared = {
    className: classes.field,
    // an empty field stands as the page does; words bring their own direction
    dir: text ? ("auto" as const) : undefined,
    value: text,
    readOnly,
    "aria-labelledby": labelledBy,
    "aria-describedby": describedBy,
    "aria-invalid": invalid || undefined,
    placeholder: suggestion ? undefined : t("text.write"),
    onChange: (event: { target: { value: string } }) =>
      onChange({ text: event.target.value }, { merge: "typing" }),
  };
  return (
    <div>
      {question.multiline === false ? <input type="text" {...shared} /> : <textarea rows={3} {...shared} />}
      {length > most * countFrom ? (
        <div className={classes.count} data-over={length > most || undefined}>
          {t("text.length", { length: number.format(length), most: number.format(most) })}
        </div>
      ) : null}
      {suggestion && suggestion.text !== text ? (
        <div className={classes.suggestion}>
          <span>{t("suggestion.mark")}</span>
          <p dir="auto">{suggestion.text}</p>
          {readOnly ? null : (
            <button type="button" onClick={() => onChange(suggestion)}>
              {t("suggestion.use")}
            </button>
          )}
        </div>
      ) : null}
    </div>
  );
}

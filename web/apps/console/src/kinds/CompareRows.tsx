import { type Question, sameValue, type Value } from "@qistas/annotate-core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import classes from "./CompareRows.module.css";

interface Props {
  question: Question;
  voices: readonly { who: string; value: Value | undefined }[];
  show: (value: Value) => ReactNode;
}

/** Answers grouped by what they say, the most frequent first: agreement is one row, dispute is several. */
export function CompareRows({ question, voices, show }: Props) {
  const { t } = useTranslation("annotate");
  const groups: { value: Value | undefined; who: string[] }[] = [];
  for (const { who, value } of voices) {
    const group = groups.find((one) => sameValue(question, one.value, value));
    if (group) group.who.push(who);
    else groups.push({ value, who: [who] });
  }
  groups.sort((a, b) => b.who.length - a.who.length);
  return (
    <ul className={classes.rows}>
      {groups.map((group) => (
        <li key={group.who.join("\n")} className={classes.row}>
          <span className={classes.count}>
            {t("compare.count", { count: group.who.length, of: voices.length })}
          </span>
          <div className={classes.value}>
            {group.value === undefined ? (
              <span className={classes.none}>{t("view.none")}</span>
            ) : (
              show(group.value)
            )}
          </div>
          <span className={classes.who}>
            {group.who.map((who) => (
              <bdi key={who}>{who}</bdi>
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

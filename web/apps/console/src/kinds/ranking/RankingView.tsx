import { useTranslation } from "react-i18next";
import type { ViewProps } from "../widget";
import classes from "./Ranking.module.css";

/** Each place with what stands there. */
export function RankingView({ question, value, title }: ViewProps<"ranking">) {
  const { i18n } = useTranslation("annotate");
  const number = new Intl.NumberFormat(i18n.language);
  const titles = new Map(question.labels.map((label) => [label.name, label.title]));
  return (
    <ol className={classes.view}>
      {value.order.map((group, at) => (
        <li key={group.join("\n")}>
          <span className={classes.place}>{number.format(at + 1)}</span>
          {group.map((name, index) => (
            <span key={name}>
              {index > 0 ? " = " : ""}
              <bdi>{title(titles.get(name), name)}</bdi>
            </span>
          ))}
        </li>
      ))}
    </ol>
  );
}

import { labelLooks } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { LabelChip } from "../LabelChip";
import type { ViewProps } from "../widget";
import classes from "./Image.module.css";

interface Props extends Pick<ViewProps<"box" | "polygon">, "question" | "title"> {
  shapes: readonly { label: string }[];
}

/** How many shapes of each label. */
export function ShapeCounts({ question, title, shapes }: Props) {
  const { t, i18n } = useTranslation("annotate");
  const looks = labelLooks(question.labels);
  const number = new Intl.NumberFormat(i18n.language);
  if (shapes.length === 0) return <span className={classes.size}>{t("view.nothingHere")}</span>;
  const counts = new Map<string, number>();
  for (const { label } of shapes) counts.set(label, (counts.get(label) ?? 0) + 1);
  return (
    <ul className={classes.counts}>
      {[...counts].map(([label, count]) => (
        <li key={label}>
          <LabelChip look={looks.get(label)}>
            {title(question.labels.find((one) => one.name === label)?.title, label)}
          </LabelChip>{" "}
          {number.format(count)}
        </li>
      ))}
    </ul>
  );
}

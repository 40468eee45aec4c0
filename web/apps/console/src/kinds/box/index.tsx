import { labelLooks } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { LabelChip } from "../LabelChip";
import type { KindWidget, ViewProps } from "../widget";
import { BoxCompare } from "./BoxCompare";
import { BoxEditor } from "./BoxEditor";
import { BoxSurfaceView } from "./BoxSurfaceView";

/** How many boxes of each label. */
function BoxView({ question, value, title }: ViewProps<"box">) {
  const { t, i18n } = useTranslation("annotate");
  const looks = labelLooks(question.labels);
  const number = new Intl.NumberFormat(i18n.language);
  if (value.boxes.length === 0) return <span className={classes.size}>{t("view.nothingHere")}</span>;
  const counts = new Map<string, number>();
  for (const box of value.boxes) counts.set(box.label, (counts.get(box.label) ?? 0) + 1);
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

export const box: KindWidget<"box"> = {
  Editor: BoxEditor,
  View: BoxView,
  Compare: BoxCompare,
  Surface: BoxSurfaceView,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

import { labelLooks } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { LabelChip } from "../LabelChip";
import type { KindWidget, ViewProps } from "../widget";
import { PolygonCompare } from "./PolygonCompare";
import { PolygonEditor } from "./PolygonEditor";
import { PolygonSurfaceView } from "./PolygonSurfaceView";

/** How many polygons of each label. */
function PolygonView({ question, value, title }: ViewProps<"polygon">) {
  const { t, i18n } = useTranslation("annotate");
  const looks = labelLooks(question.labels);
  const number = new Intl.NumberFormat(i18n.language);
  if (value.polygons.length === 0) return <span className={classes.size}>{t("view.nothingHere")}</span>;
  const counts = new Map<string, number>();
  for (const one of value.polygons) counts.set(one.label, (counts.get(one.label) ?? 0) + 1);
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

export const polygon: KindWidget<"polygon"> = {
  Editor: PolygonEditor,
  View: PolygonView,
  Compare: PolygonCompare,
  Surface: PolygonSurfaceView,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

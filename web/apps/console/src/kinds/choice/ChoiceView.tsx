import { LabelTree, labelLooks } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { LabelChip } from "../LabelChip";
import type { ViewProps } from "../widget";
import classes from "./Choice.module.css";

export function ChoiceView({ question, value, title }: ViewProps<"choice">) {
  const { t } = useTranslation("annotate");
  const tree = new LabelTree(question.labels);
  const looks = labelLooks(question.labels);
  if (value.labels.length === 0) return <span className={classes.path}>{t("view.none")}</span>;
  return (
    <span className={classes.chips}>
      {value.labels.map((name) => {
        const path = tree.ancestors(name).toReversed();
        const named = (one: string) => title(tree.get(one)?.title, one);
        return (
          <span key={name}>
            {path.map((one) => (
              <span key={one} className={classes.path}>
                <bdi>{named(one)}</bdi>
                {" / "}
              </span>
            ))}
            <LabelChip look={looks.get(name)}>{named(name)}</LabelChip>
          </span>
        );
      })}
    </span>
  );
}

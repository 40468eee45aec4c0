import { ratingScale } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import type { ViewProps } from "../widget";

export function RatingView({ question, value }: ViewProps<"rating">) {
  const { t, i18n } = useTranslation("annotate");
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <span>
      {t("rating.of", { value: number.format(value.value), max: number.format(ratingScale(question).max) })}
    </span>
  );
}

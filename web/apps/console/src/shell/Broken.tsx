import type { ErrorComponentProps } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";

/** A page that could not be shown, and why. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const { t } = useTranslation();
  return (
    <Page title={t("broken.title")} width="narrow">
      <Problem error={error} retry={reset} />
    </Page>
  );
}

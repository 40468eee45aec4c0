import { useTranslation } from "react-i18next";
import { Empty } from "../parts/Empty";
import { ButtonLink } from "../parts/links";
import { Page } from "../parts/Page";

/** An address that leads nowhere. */
export function Missing() {
  const { t } = useTranslation();
  return (
    <Page title={t("missing.title")} width="narrow">
      <Empty
        icon="question"
        title={t("missing.words")}
        actions={<ButtonLink to="/">{t("missing.home")}</ButtonLink>}
      />
    </Page>
  );
}

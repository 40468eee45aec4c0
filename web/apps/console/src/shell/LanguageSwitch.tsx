import { UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { meQuery, useChangeMe } from "../data/session";
import classes from "./LanguageSwitch.module.css";
import { chooseLanguage, type Language, languages } from "./language";
import { queries } from "./queries";

/** One press to the other language, written in that language. */
export function LanguageSwitch() {
  const { i18n } = useTranslation();
  const change = useChangeMe();
  const other: Language = i18n.language === "ar" ? "en" : "ar";
  const choose = () => {
    void chooseLanguage(other);
    const me = queries.getQueryData(meQuery.queryKey);
    if (me) {
      queries.setQueryData(
        meQuery.queryKey,
        (before) => before && { ...before, person: { ...before.person, language: other } },
      );
      change.mutate({ language: other });
    }
  };
  return (
    <UnstyledButton className={classes.switch} onClick={choose} lang={other} dir={languages[other].dir}>
      {languages[other].name}
    </UnstyledButton>
  );
}

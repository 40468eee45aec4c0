import { localised, type Ontology } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../kinds/IconButton";
import { Icon } from "../../parts/Icon";
import classes from "./AnnotatePage.module.css";
import { Markdown } from "./markdown/Markdown";

interface Props {
  ontology: Ontology;
  version: number;
  onClose: () => void;
}

/** The text one works by, beside the task; it is of the same version as the questions. */
export function GuidelinePanel({ ontology, version, onClose }: Props) {
  const { t, i18n } = useTranslation("annotate");
  return (
    <aside className={classes.guideline} aria-label={t("guideline.title")}>
      <div className={classes.guidelineHead}>
        <h2>
          {t("guideline.title")}{" "}
          <span>
            {t("guideline.version", { version: new Intl.NumberFormat(i18n.language).format(version) })}
          </span>
        </h2>
        <IconButton label={t("guideline.close")} onClick={onClose}>
          <Icon name="cross" size={14} />
        </IconButton>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part that scrolls must be reached by keyboard */}
      <section className={classes.guidelineText} tabIndex={0} aria-label={t("guideline.title")}>
        <Markdown
          text={localised(ontology.guideline, i18n.language, t("guideline.none"), ontology.languages ?? [])}
        />
      </section>
    </aside>
  );
}

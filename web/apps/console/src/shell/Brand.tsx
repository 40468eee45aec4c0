import { useTranslation } from "react-i18next";
import { AnchorLink } from "../parts/links";
import classes from "./Brand.module.css";

/** The balance, and the name in the person's script. */
export function Mark({ slim = false }: { slim?: boolean }) {
  const { t } = useTranslation();
  return (
    <span className={classes.brand}>
      <svg aria-hidden="true" width="24" height="24" viewBox="0 0 32 32">
        <rect width="32" height="32" rx="7" fill="#0b736f" />
        <path
          d="M16 6v19M10.5 25.500h11M6.500 10.500h19M6.500 10.500 3.800 17.500h5.400zM25.500 10.500l-2.700 7h5.400z"
          fill="none"
          stroke="#fff"
          strokeWidth="1.9"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      {slim ? null : t("brand")}
    </span>
  );
}

export function Brand({ slim }: { slim: boolean }) {
  const { t } = useTranslation();
  return (
    <AnchorLink to="/" underline="never" display="inline-flex" aria-label={t("brand")}>
      <Mark slim={slim} />
    </AnchorLink>
  );
}

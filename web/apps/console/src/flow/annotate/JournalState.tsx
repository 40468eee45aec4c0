import { Button } from "@mantine/core";
import type { LoopView, TaskLoop } from "@qistas/annotate-core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../parts/Icon";
import classes from "./AnnotatePage.module.css";

interface Props {
  loop: TaskLoop;
  view: LoopView;
}

// Seldom needed, and heavy. Without a network the words alone are shown: the answers are safe in the journal.
const Refused = lazy(() => import("./Refused").catch(() => ({ default: RefusedWords })));

function RefusedWords({ view }: Props) {
  const { t } = useTranslation("annotate");
  return <span className={classes.warning}>{t("journal.refused", { count: view.refused.length })}</span>;
}

/** Where the answers are: with the server, on their way, waiting for the network, or refused. */
export function JournalState({ loop, view }: Props) {
  const { t, i18n } = useTranslation("annotate");
  const number = new Intl.NumberFormat(i18n.language);
  const { waiting, away, unsafe, refused } = view;
  const words = away
    ? waiting > 0
      ? t("journal.waiting", { count: waiting, shown: number.format(waiting) })
      : t("journal.away")
    : waiting > 0
      ? t("journal.sending")
      : t("journal.saved");
  return (
    <div className={classes.journal}>
      <span role="status" className={classes.saved} data-away={away || undefined}>
        {away ? <Icon name="warning" size={14} /> : waiting > 0 ? null : <Icon name="check" size={14} />}
        {words}
      </span>
      {away ? (
        <Button size="compact-xs" variant="default" onClick={() => loop.retry()}>
          {t("journal.retry")}
        </Button>
      ) : null}
      {unsafe ? <span className={classes.warning}>{t("journal.unsafe")}</span> : null}
      {refused.length > 0 ? (
        <Suspense fallback={<RefusedWords loop={loop} view={view} />}>
          <Refused loop={loop} view={view} />
        </Suspense>
      ) : null}
    </div>
  );
}

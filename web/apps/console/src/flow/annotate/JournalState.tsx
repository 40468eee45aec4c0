import { Button, Popover } from "@mantine/core";
import type { LoopView, TaskLoop } from "@qistas/annotate-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../../parts/ask";
import { Icon } from "../../parts/Icon";
import classes from "./AnnotatePage.module.css";

interface Props {
  loop: TaskLoop;
  view: LoopView;
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
      {refused.length > 0 ? <Refused loop={loop} view={view} /> : null}
    </div>
  );
}

function Refused({ loop, view }: Props) {
  const { t } = useTranslation("annotate");
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} width={360} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button size="compact-xs" color="red" variant="light" onClick={() => setOpen(!open)}>
          {t("journal.refused", { count: view.refused.length })}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={classes.refusedLead}>{t("journal.refusedLead")}</p>
        <ul className={classes.refused}>
          {view.refused.map((entry) => (
            <li key={entry.key}>
              <bdi>{entry.refusal?.message}</bdi>
              <div>
                <Button
                  size="compact-xs"
                  onClick={() => {
                    loop.openRefused(entry.key);
                    setOpen(false);
                  }}
                >
                  {t("journal.open")}
                </Button>
                <Button
                  size="compact-xs"
                  variant="subtle"
                  color="red"
                  onClick={() =>
                    ask(t("journal.drop"), t("journal.dropWords"), t("journal.drop"), () =>
                      loop.dropRefused(entry.key),
                    )
                  }
                >
                  {t("journal.drop")}
                </Button>
              </div>
            </li>
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

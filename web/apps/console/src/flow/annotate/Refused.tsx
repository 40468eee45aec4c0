import { Button, Popover } from "@mantine/core";
import type { LoopView, TaskLoop } from "@qistas/annotate-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ask } from "../../parts/ask";
import classes from "./AnnotatePage.module.css";

interface Props {
  loop: TaskLoop;
  view: LoopView;
}

/** The answers that the server did not take, to be opened again or thrown away. */
export default function Refused({ loop, view }: Props) {
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
                  variant="default"
                  className="danger"
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

import { Button } from "@mantine/core";
import type { LoopView, TaskLoop, Work } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import classes from "./AnnotatePage.module.css";
import { Keys } from "./commands/Keys";
import { useTaskScope } from "./task/TaskScope";

interface Props {
  loop: TaskLoop;
  view: LoopView;
  work: Work;
}

/** What one should know of this task before answering it. */
export function TaskNotes({ loop, view, work }: Props) {
  const { t, i18n } = useTranslation("annotate");
  const { dispatcher, keyOf, suggestion } = useTaskScope();
  const { revises, offer } = work;
  return (
    <>
      {revises ? (
        <div className={classes.note}>
          <span>
            {t("revise.note", {
              when: new Intl.DateTimeFormat(i18n.language, {
                dateStyle: "medium",
                timeStyle: "short",
              }).format(new Date(revises.at)),
            })}
          </span>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              while (loop.view().canGoForward) loop.forward();
            }}
          >
            {t("revise.leave")}
          </Button>
        </div>
      ) : null}
      {offer.returned && !revises ? (
        <div className={classes.note} data-returned>
          <span>
            {t("returned.note")} <q dir="auto">{offer.returned}</q>
          </span>
        </div>
      ) : null}
      {view.lapsed ? <div className={classes.note}>{t("lapsed.note")}</div> : null}
      {suggestion && !revises ? (
        <div className={classes.note} data-suggestion>
          <span>{t("suggestion.note")}</span>
          <Button
            size="compact-xs"
            variant="default"
            rightSection={<Keys chord={keyOf("acceptSuggestion")} />}
            onClick={() => dispatcher.run("acceptSuggestion")}
          >
            {t("suggestion.useAll")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

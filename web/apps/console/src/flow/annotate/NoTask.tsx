import { Button } from "@mantine/core";
import type { LoopView, TaskLoop } from "@qistas/annotate-core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../../parts/Empty";
import { Waiting } from "../../parts/Waiting";
import classes from "./AnnotatePage.module.css";
import { JournalState } from "./JournalState";

/** There is no task to show: why, and what to do. */
export function NoTask({ loop, view }: { loop: TaskLoop; view: LoopView }) {
  const { t, i18n } = useTranslation("annotate");
  useEffect(() => {
    const hear = (event: KeyboardEvent): void => {
      if (event.code !== "KeyZ" || event.shiftKey || event.altKey || !(event.ctrlKey || event.metaKey))
        return;
      if (!view.canGoBack) return;
      event.preventDefault();
      loop.back();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  }, [loop, view.canGoBack]);
  const again = (
    <>
      <Button onClick={() => loop.retry()}>{t("nothing.again")}</Button>
      {view.canGoBack ? (
        <Button variant="default" onClick={() => loop.back()}>
          {t("commands.back")}
        </Button>
      ) : null}
    </>
  );
  const count = new Intl.NumberFormat(i18n.language).format(view.doneHere);
  return (
    <div className={classes.noTask}>
      <JournalState loop={loop} view={view} />
      {view.phase === "nothing" ? (
        <Empty
          icon={view.because === "paused" ? "pause" : "check"}
          title={t(`nothing.${view.because ?? "empty"}.title`)}
          actions={again}
        >
          {t(`nothing.${view.because ?? "empty"}.text`)}{" "}
          {view.doneHere > 0 ? t("progress.done", { count: view.doneHere, shown: count }) : null}
        </Empty>
      ) : view.phase === "failed" ? (
        <Empty icon="warning" title={t("nothing.failed.title")} actions={again}>
          {view.failure}
        </Empty>
      ) : view.away ? (
        <Empty icon="warning" title={t("nothing.away.title")} actions={again}>
          {t("nothing.away.text")}
        </Empty>
      ) : (
        <Waiting rows={8} />
      )}
    </div>
  );
}

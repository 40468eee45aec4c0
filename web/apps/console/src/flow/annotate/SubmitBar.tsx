import { Button } from "@mantine/core";
import type { LoopView } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import classes from "./AnnotatePage.module.css";
import { ariaKeys, Keys } from "./commands/Keys";
import { useTaskScope } from "./task/TaskScope";

/** The two ways on from a task. */
export function SubmitBar({ view }: { view: LoopView }) {
  const { t } = useTranslation("annotate");
  const { dispatcher, keyOf } = useTaskScope();
  const again = view.work?.revises !== null;
  return (
    <div className={classes.submit}>
      <Button
        variant="default"
        disabled={again}
        aria-keyshortcuts={ariaKeys(keyOf("skip"))}
        rightSection={<Keys chord={keyOf("skip")} />}
        onClick={() => dispatcher.run("skip")}
      >
        {t("commands.skip")}
      </Button>
      <Button
        flex={1}
        aria-keyshortcuts={ariaKeys(keyOf("submit"))}
        rightSection={<Keys chord={keyOf("submit")} />}
        onClick={() => dispatcher.run("submit")}
      >
        {t(again ? "submit.again" : "commands.submit")}
      </Button>
    </div>
  );
}

import { Button } from "@mantine/core";
import { type LoopView, writesText } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import classes from "./AnnotatePage.module.css";
import { ariaKeys, Keys } from "./commands/Keys";
import { useTaskScope } from "./task/TaskScope";

/** The two ways on from a task. */
export function SubmitBar({ view }: { view: LoopView }) {
  const { t } = useTranslation("annotate");
  const { dispatcher, keyOf, keysOf, ontology, atHand } = useTaskScope();
  const again = view.work?.revises !== null;
  // Enter alone makes a new line while one writes
  const writing = ontology.questions.some(
    (one) => one.name === atHand && one.kind === "text" && one.multiline !== false,
  );
  const chord = writing
    ? (keysOf("submit").find((key) => !writesText(key)) ?? keyOf("submit"))
    : keyOf("submit");
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
        aria-keyshortcuts={ariaKeys(chord)}
        rightSection={<Keys chord={chord} />}
        onClick={() => dispatcher.run("submit")}
      >
        {t(again ? "submit.again" : "commands.submit")}
      </Button>
    </div>
  );
}

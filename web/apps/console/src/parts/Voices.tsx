import { Button, CloseButton } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { asked, forget, told } from "./ask";
import { Icon } from "./Icon";
import classes from "./Voices.module.css";

const AskDialog = lazy(() => import("./AskDialog"));

/** What the console says and asks, over every page. */
export function Voices() {
  const { t } = useTranslation();
  const question = asked.use();
  const messages = told.use();
  return (
    <>
      <div className={classes.voices} role="status">
        {messages.map((message) => (
          <div key={message.key} className={classes.message} data-bad={message.bad || undefined}>
            {message.bad ? <Icon name="warning" /> : null}
            <div className={classes.words} dir="auto">
              {message.words}
              {message.more ? <div className={classes.more}>{message.more}</div> : null}
            </div>
            {message.undo ? (
              <Button
                size="compact-sm"
                variant="default"
                onClick={() => {
                  forget(message.key);
                  message.undo?.();
                }}
              >
                {t("undo")}
              </Button>
            ) : null}
            <CloseButton size="sm" aria-label={t("close")} onClick={() => forget(message.key)} />
          </div>
        ))}
      </div>
      {question ? (
        <Suspense fallback={null}>
          <AskDialog question={question} />
        </Suspense>
      ) : null}
    </>
  );
}

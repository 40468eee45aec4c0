import { Button, Textarea } from "@mantine/core";
import { type SkipReason, skipReasons } from "@qistas/annotate-core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Keys } from "../commands/Keys";
import { Dialog } from "./Dialog";
import classes from "./Dialogs.module.css";

interface Props {
  onClose: () => void;
  onSkip: (reason: SkipReason, note: string | undefined) => void;
}

/** Why a task is not answered: one key, and words if one wants. */
export function SkipDialog({ onClose, onSkip }: Props) {
  const { t } = useTranslation("annotate");
  const [note, setNote] = useState("");
  const skip = (reason: SkipReason): void => {
    onSkip(reason, note.trim() || undefined);
    setNote("");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.target instanceof HTMLTextAreaElement) return;
    const place = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1] ?? event.key;
    const reason = skipReasons[Number(place) - 1];
    if (!reason) return;
    event.preventDefault();
    skip(reason);
  };
  return (
    <Dialog onClose={onClose} title={t("skip.title")} onKeyDown={onKeyDown}>
      <p className={classes.lead}>{t("skip.lead")}</p>
      <div className={classes.reasons}>
        {skipReasons.map((reason, index) => (
          <Button
            key={reason}
            variant="default"
            justify="space-between"
            rightSection={<Keys chord={String(index + 1)} />}
            data-autofocus={index === 0 || undefined}
            onClick={() => skip(reason)}
          >
            {t(`skip.${reason}`)}
          </Button>
        ))}
      </div>
      <Textarea
        label={t("skip.note")}
        autosize
        minRows={2}
        maxRows={6}
        maxLength={2000}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </Dialog>
  );
}

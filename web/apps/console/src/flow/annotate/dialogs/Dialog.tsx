import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "../../../kinds/IconButton";
import { Icon } from "../../../parts/Icon";
import classes from "./Dialogs.module.css";

interface Props {
  title: string;
  onClose: () => void;
  wide?: boolean;
  /** Escape is wanted for something else now. */
  keepOpen?: boolean;
  onKeyDown?: (event: KeyboardEvent) => void;
  children: ReactNode;
}

/** The browser's own dialog: it keeps the focus, closes by Escape, and gives the focus back. */
export function Dialog({ title, onClose, wide, keepOpen, onKeyDown, children }: Props) {
  const { t } = useTranslation("annotate");
  const place = useRef<HTMLDialogElement>(null);
  const name = useId();
  useEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    dialog?.querySelector<HTMLElement>("[data-autofocus]")?.focus();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={place}
      className={classes.dialog}
      data-wide={wide || undefined}
      aria-labelledby={name}
      onCancel={(event) => {
        event.preventDefault();
        if (!keepOpen) onClose();
      }}
      onClick={(event) => {
        if (event.target === place.current) onClose();
      }}
      onKeyDown={onKeyDown}
    >
      <div className={classes.sheet}>
        <div className={classes.head}>
          <h2 id={name}>{title}</h2>
          <IconButton label={t("close")} onClick={onClose}>
            <Icon name="cross" />
          </IconButton>
        </div>
        {children}
      </div>
    </dialog>
  );
}

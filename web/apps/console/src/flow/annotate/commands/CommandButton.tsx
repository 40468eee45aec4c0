import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useTaskScope } from "../task/TaskScope";
import classes from "./CommandButton.module.css";
import { ariaKeys, Keys } from "./Keys";

interface Props {
  command: string;
  icon: ReactNode;
  disabled?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  /** Show the command's name in words too. */
  words?: boolean;
}

/** A button of a named command with its key beside it. */
export function CommandButton({ command, icon, disabled, pressed, expanded, words }: Props) {
  const { t } = useTranslation("annotate");
  const { dispatcher, keyOf } = useTaskScope();
  const chord = keyOf(command);
  const name = t(`commands.${command}`);
  return (
    <button
      type="button"
      className={classes.button}
      aria-keyshortcuts={ariaKeys(chord)}
      aria-pressed={pressed}
      aria-expanded={expanded}
      disabled={disabled}
      onClick={() => dispatcher.run(command)}
    >
      {icon}
      <span className={words ? classes.words : classes.spoken}>{name}</span>
      <Keys chord={chord} />
    </button>
  );
}

import type { ReactNode } from "react";
import classes from "./IconButton.module.css";

interface Props {
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  /** Its name among the controls of a row, so that the focus finds it again. */
  act?: string;
  onClick: () => void;
  children: ReactNode;
}

/** A small square button with a picture; the name is for screen readers and the tooltip. */
export function IconButton({ label, pressed, disabled, act, onClick, children }: Props) {
  return (
    <button
      type="button"
      className={classes.button}
      aria-label={label}
      aria-pressed={pressed}
      title={label}
      data-act={act}
      disabled={disabled}
      onClick={(event) => {
        // not every browser gives the focus to a button that is clicked
        event.currentTarget.focus();
        onClick();
      }}
    >
      {children}
    </button>
  );
}

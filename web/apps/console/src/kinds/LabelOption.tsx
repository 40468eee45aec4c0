import type { Chord, LabelLook } from "@qistas/annotate-core";
import type { CSSProperties, ReactNode } from "react";
import { Keys } from "../flow/annotate/commands/Keys";
import classes from "./LabelOption.module.css";

interface Props {
  /** `radio` and `checkbox` hold a value; `button` presses (a pen of a surface). */
  type: "radio" | "checkbox" | "button";
  name: string;
  title: ReactNode;
  look?: LabelLook | undefined;
  depth?: number;
  chosen: boolean;
  /** Implied by a chosen label below it. */
  implied?: boolean;
  suggested?: string | undefined;
  chord: Chord | undefined;
  disabled: boolean;
  onChoose: () => void;
}

/** One label to choose: its colour with a line of its own, its name isolated in its own direction, its key. */
export function LabelOption(props: Props) {
  const { type, name, title, look, depth = 0, chosen, implied, suggested, chord, disabled, onChoose } = props;
  const style = { "--depth": depth, "--label": look?.colour } as CSSProperties;
  const body = (
    <>
      {look ? <span className={classes.swatch} data-line={look.line} aria-hidden="true" /> : null}
      <bdi className={classes.title}>{title}</bdi>
      {suggested ? <span className={classes.suggested}>{suggested}</span> : null}
      <Keys chord={chord} />
    </>
  );
  if (type === "button")
    return (
      <button
        type="button"
        className={classes.option}
        style={style}
        aria-pressed={chosen}
        data-suggested={suggested ? true : undefined}
        disabled={disabled}
        onClick={onChoose}
      >
        {body}
      </button>
    );
  return (
    <label
      className={classes.option}
      style={style}
      data-chosen={chosen || undefined}
      data-implied={implied || undefined}
      data-suggested={suggested ? true : undefined}
      data-disabled={disabled || undefined}
    >
      <input
        type={type}
        name={name}
        checked={chosen}
        disabled={disabled}
        onChange={onChoose}
        // a radio button that is on is not changed by a click: this is how it is taken back
        onClick={type === "radio" && chosen ? onChoose : undefined}
      />
      {body}
    </label>
  );
}

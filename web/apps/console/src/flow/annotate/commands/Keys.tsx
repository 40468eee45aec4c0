import { type Chord, chordCaps } from "@qistas/annotate-core";
import classes from "./Keys.module.css";
import { isMac } from "./platform";

interface Props {
  chord: Chord | undefined;
}

/** A key as it stands on the keyboard, beside the button it stands for. Read out by `aria-keyshortcuts`, not here. */
export function Keys({ chord }: Props) {
  if (!chord) return null;
  return (
    <span className={classes.keys} dir="ltr" aria-hidden="true">
      {chordCaps(chord, isMac).map((cap) => (
        <kbd key={cap} className={classes.cap}>
          {cap}
        </kbd>
      ))}
    </span>
  );
}

/** The value of `aria-keyshortcuts` for a chord. */
export function ariaKeys(chord: Chord | undefined): string | undefined {
  return chord?.replace("Mod", isMac ? "Meta" : "Control").replace(/^Ctrl/, isMac ? "Control" : "Meta");
}

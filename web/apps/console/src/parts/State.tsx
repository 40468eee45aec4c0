import classes from "./State.module.css";

type Tone = "calm" | "going" | "good" | "bad" | "wait";

const tones: Record<string, Tone> = {
  active: "going",
  open: "going",
  running: "going",
  sealing: "going",
  leased: "going",
  queued: "wait",
  waiting: "wait",
  pending: "wait",
  paused: "wait",
  returned: "wait",
  done: "good",
  sealed: "good",
  consensus: "good",
  accepted: "good",
  failed: "bad",
  refused: "bad",
  withdrawn: "bad",
  expired: "bad",
};

interface Props {
  state: string;
  label: string;
}

/** A state in a word, with a shape beside the colour so that colour never carries it alone. */
export function State({ state, label }: Props) {
  return (
    <span className={classes.state} data-tone={tones[state] ?? "calm"}>
      <span aria-hidden="true" className={classes.mark} />
      {label}
    </span>
  );
}

import type { ImageSurface } from "@qistas/annotate-canvas";
import { type RefObject, useEffect, useId, useState } from "react";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import classes from "./Image.module.css";
import { ImageTools, type Light } from "./ImageTools";
import { useImageCommands } from "./useImageCommands";

interface Props {
  host: RefObject<HTMLDivElement | null>;
  surface: RefObject<ImageSurface | null>;
  label: string;
  question: string;
  scale: number;
  snap: boolean;
  /** How to draw, for screen readers. */
  hint: string;
  /** What to do now, for all. */
  note: string | null;
}

/** The element of a drawing surface, with its tools, its hint and its note. */
export function DrawingFrame({ host, surface, label, question, scale, snap, hint, note }: Props) {
  const { dispatcher, readOnly, setAtHand } = useTaskScope();
  const describedBy = useId();
  const [light, setLight] = useState<Light>({ brightness: 1, contrast: 1 });
  const [hand, setHand] = useState(false);
  useEffect(() => surface.current?.light(light.brightness, light.contrast), [surface, light]);
  useEffect(() => {
    if (surface.current) surface.current.handTool = hand;
  }, [surface, hand]);
  useImageCommands({ dispatcher, host, surface, light, onLight: setLight, hand, onHand: setHand });
  return (
    <div className={classes.frame} data-scope="image">
      <ImageTools scale={scale} light={light} onLight={setLight} hand={hand} snap={readOnly ? null : snap} />
      <div
        ref={host}
        className={classes.host}
        role="application"
        aria-label={label}
        aria-describedby={describedBy}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: shapes are drawn here by keyboard
        tabIndex={0}
        data-surface={question}
        onFocus={() => setAtHand(question)}
        onPointerDown={() => host.current?.focus({ preventScroll: true })}
      />
      <span id={describedBy} className={classes.hint}>
        {hint}
      </span>
      {!readOnly && note !== null ? <p className={classes.note}>{note}</p> : null}
    </div>
  );
}

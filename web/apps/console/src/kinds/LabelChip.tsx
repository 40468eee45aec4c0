import type { LabelLook } from "@qistas/annotate-core";
import type { CSSProperties, ReactNode } from "react";
import classes from "./LabelChip.module.css";

/** A label in a read-only view: its colour and line, and always its name. */
export function LabelChip({ look, children }: { look: LabelLook | undefined; children: ReactNode }) {
  return (
    <span
      className={classes.chip}
      data-line={look?.line}
      style={{ "--label": look?.colour ?? "var(--ink-soft)" } as CSSProperties}
    >
      <bdi>{children}</bdi>
    </span>
  );
}

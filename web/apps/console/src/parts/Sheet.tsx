import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Sheet.module.css";

interface Props {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  /** No padding, for tables that reach the edges. */
  flush?: boolean;
  children: ReactNode;
}

/** One part of a page on its own ground. */
export function Sheet({ title, note, actions, flush, children }: Props) {
  return (
    <section className={classes.sheet} data-flush={flush || undefined}>
      {title || actions ? (
        <header className={classes.head}>
          <div>
            {title ? (
              <Title order={2} size="h5">
                {title}
              </Title>
            ) : null}
            {note ? <div className={classes.note}>{note}</div> : null}
          </div>
          {actions ? <div className={classes.actions}>{actions}</div> : null}
        </header>
      ) : null}
      <div className={classes.body}>{children}</div>
    </section>
  );
}

import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import classes from "./Page.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** `wide` for tables and editors, `narrow` for forms. */
  width?: "wide" | "normal" | "narrow";
  children: ReactNode;
}

/** One screen: its heading, what can be done, and the rest. */
export function Page({ title, lead, actions, width = "normal", children }: Props) {
  useEffect(() => {
    document.title = `${title} · Qistas`;
  }, [title]);
  return (
    <div className={classes.page} data-width={width}>
      <header className={classes.head}>
        <div className={classes.words}>
          <Title order={1} size="h3">
            {title}
          </Title>
          {lead ? (
            <Text c="dimmed" size="md" className={classes.lead} component="div">
              {lead}
            </Text>
          ) : null}
        </div>
        {actions ? <Group gap="xs">{actions}</Group> : null}
      </header>
      {children}
    </div>
  );
}

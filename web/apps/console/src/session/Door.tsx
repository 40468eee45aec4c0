import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { Mark } from "../shell/Brand";
import { LanguageSwitch } from "../shell/LanguageSwitch";
import { ThemeSwitch } from "../shell/ThemeSwitch";
import classes from "./Door.module.css";

interface Props {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}

/** The pages before one is inside: sign-in, a link, an invitation. */
export function Door({ title, lead, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Qistas`;
  }, [title]);
  return (
    <div className={classes.door}>
      <header className={classes.top}>
        <Mark />
        <Group gap={4}>
          <LanguageSwitch />
          <ThemeSwitch />
        </Group>
      </header>
      <main className={classes.sheet}>
        <Title order={1} size="h2">
          {title}
        </Title>
        {lead ? (
          <Text c="dimmed" component="div" mt={4}>
            {lead}
          </Text>
        ) : null}
        <div className={classes.body}>{children}</div>
      </main>
    </div>
  );
}

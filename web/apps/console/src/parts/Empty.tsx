import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./Empty.module.css";
import { Icon, type IconName } from "./Icon";

interface Props {
  icon: IconName;
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
}

/** Nothing here yet: what this place is for, and the next step in one click. */
export function Empty({ icon, title, children, actions }: Props) {
  return (
    <div className={classes.empty}>
      <span className={classes.sign}>
        <Icon name={icon} size={22} />
      </span>
      <Title order={2} size="h5">
        {title}
      </Title>
      {children ? (
        <Text c="dimmed" maw="52ch" component="div">
          {children}
        </Text>
      ) : null}
      {actions ? <div className={classes.actions}>{actions}</div> : null}
    </div>
  );
}

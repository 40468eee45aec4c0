import { Button, type ButtonProps, Text } from "@mantine/core";
import { type ComponentPropsWithRef, forwardRef } from "react";
import { Icon } from "../parts/Icon";

type Props = ButtonProps & ComponentPropsWithRef<"button"> & { name: string | undefined };

/** The name of the project we are in, to press. */
export const ProjectButton = forwardRef<HTMLButtonElement, Props>(function ProjectButton(
  { name, ...rest },
  ref,
) {
  return (
    <Button
      ref={ref}
      variant="subtle"
      color="gray"
      size="compact-md"
      rightSection={<Icon name="down" size={12} />}
      styles={{ label: { color: "var(--ink)" }, root: { minWidth: 0 } }}
      {...rest}
    >
      <Text span fw={500} truncate maw="min(38ch, 40vw)" dir="auto">
        {name ?? " "}
      </Text>
    </Button>
  );
});

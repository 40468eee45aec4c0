import { Anchor, type AnchorProps, Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import { type ComponentPropsWithRef, forwardRef } from "react";

type Rest = Omit<ComponentPropsWithRef<"a">, keyof AnchorProps | keyof ButtonProps>;

/** A link in running words or a table. */
export const AnchorLink = createLink(
  forwardRef<HTMLAnchorElement, AnchorProps & Rest>(function AnchorLink(props, ref) {
    return <Anchor ref={ref} {...props} />;
  }),
);

/** A link that looks like a button. */
export const ButtonLink = createLink(
  forwardRef<HTMLAnchorElement, ButtonProps & Rest>(function ButtonLink(props, ref) {
    return <Button component="a" ref={ref} {...props} />;
  }),
);

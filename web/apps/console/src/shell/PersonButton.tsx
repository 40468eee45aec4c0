import { UnstyledButton, type UnstyledButtonProps, VisuallyHidden } from "@mantine/core";
import { type ComponentPropsWithRef, forwardRef } from "react";
import { useTranslation } from "react-i18next";
import { initials } from "./initials";
import classes from "./PersonButton.module.css";

type Props = UnstyledButtonProps & ComponentPropsWithRef<"button"> & { name: string };

/** The first letters of a name, to press. */
export const PersonButton = forwardRef<HTMLButtonElement, Props>(function PersonButton(
  { name, className, ...rest },
  ref,
) {
  const { t } = useTranslation();
  const letters = initials(name);
  return (
    <UnstyledButton
      ref={ref}
      className={className ? `${classes.person} ${className}` : classes.person}
      {...rest}
    >
      <VisuallyHidden>{t("frame.person", { name })}</VisuallyHidden>
      <span aria-hidden="true">{letters}</span>
    </UnstyledButton>
  );
});

import { NumberInput, type NumberInputProps } from "@mantine/core";

type Props = Omit<NumberInputProps, "suffix" | "rightSection" | "hideControls">;

/**
 * A number in per cent. The sign stands beside the number and is no part of it: a sign within the text makes pasting over it
 * fail without a word.
 */
export function PercentInput(props: Props) {
  return (
    <NumberInput rightSection={<span aria-hidden>%</span>} rightSectionPointerEvents="none" {...props} />
  );
}

import { Text } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  label: ReactNode;
  value: ReactNode;
  note?: ReactNode;
}

/** One number with its name. */
export function Figure({ label, value, note }: Props) {
  return (
    <div>
      <Text size="xs" c="dimmed">
        {label}
      </Text>
      <Text fz="1.375rem" fw={600} lh={1.25}>
        {value}
      </Text>
      {note ? (
        <Text size="xs" c="dimmed">
          {note}
        </Text>
      ) : null}
    </div>
  );
}

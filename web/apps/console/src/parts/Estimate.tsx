import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "./format";

export interface Interval {
  value: number | null;
  low: number | null;
  high: number | null;
}

interface Props extends Interval {
  percent?: boolean;
  size?: string;
}

/** An estimated number, never without its interval. */
export function Estimate({ value, low, high, percent, size }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  if (value === null || value === undefined)
    return (
      <Text span c="dimmed" size={size}>
        {t("estimate.none")}
      </Text>
    );
  const write = percent ? format.percent : format.two;
  return (
    <Text span size={size} style={{ whiteSpace: "nowrap" }}>
      <b>{write(value)}</b>{" "}
      {low === null || high === null ? null : (
        <Text span c="dimmed" size="sm">
          {t("estimate.interval", { low: write(low), high: write(high) })}
        </Text>
      )}
    </Text>
  );
}

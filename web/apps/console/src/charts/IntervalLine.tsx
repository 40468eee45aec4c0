import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/format";
import classes from "./charts.module.css";

interface Props {
  value: number;
  low: number;
  high: number;
  /** The ends of the scale. */
  from?: number;
  to?: number;
  /** Values worth a mark on the scale. */
  marks?: number[];
  label: string;
  width?: number;
}

/** An estimate as a point with its interval on a scale. Scales of numbers run left to right in either script. */
export function IntervalLine({ value, low, high, from = 0, to = 1, marks = [], label, width = 220 }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const x = (at: number) => 6 + ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 12);
  return (
    <svg
      role="img"
      aria-label={`${label}: ${format.two(value)}, ${t("estimate.interval", { low: format.two(low), high: format.two(high) })}`}
      width={width}
      height="18"
      viewBox={`0 0 ${width} 18`}
      style={{ display: "block", maxWidth: "100%" }}
    >
      <line x1={x(from)} x2={x(to)} y1="9" y2="9" className={classes.axis} />
      {marks.map((mark) => (
        <line key={mark} x1={x(mark)} x2={x(mark)} y1="4" y2="14" className={classes.axis} />
      ))}
      <line x1={x(low)} x2={x(high)} y1="9" y2="9" className={classes.interval} />
      <circle cx={x(value)} cy="9" r="3.5" className={classes.point} />
    </svg>
  );
}

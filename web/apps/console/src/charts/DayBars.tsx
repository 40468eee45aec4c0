import { Text, useDirection } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/format";
import classes from "./charts.module.css";

interface Props {
  days: { day: string; answers: number }[];
}

const width = 720;
const height = 120;

/** Answers per day: the last sixty days as bars. */
export function DayBars({ days }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { dir } = useDirection();
  const shown = days.slice(-60);
  if (shown.length === 0)
    return (
      <Text c="dimmed" h={140} component="div">
        {t("charts.noAnswers")}
      </Text>
    );
  const most = Math.max(1, ...shown.map((day) => day.answers));
  const step = width / Math.max(shown.length, 14);
  /** Where a day begins: time runs as the language is read. */
  const at = (place: number) => (dir === "rtl" ? width - (place + 1) * step : place * step);
  const sum = shown.reduce((total, day) => total + day.answers, 0);
  return (
    <figure className={classes.figure}>
      <svg
        viewBox={`0 0 ${width} ${height + 20}`}
        role="img"
        aria-label={t("charts.days", { n: format.whole(sum), days: format.whole(shown.length) })}
        className={classes.picture}
      >
        <line x1="0" x2={width} y1={height} y2={height} className={classes.axis} />
        {shown.map((day, place) => {
          const tall = (day.answers / most) * (height - 16);
          return (
            <g key={day.day}>
              <title>{`${format.day(day.day)}: ${format.whole(day.answers)}`}</title>
              <rect x={at(place)} y="0" width={step} height={height} fill="transparent" />
              <rect
                x={at(place) + step * 0.15}
                y={height - tall}
                width={step * 0.7}
                height={tall}
                rx="1.5"
                className={classes.bar}
              />
              {shown.length <= 14 ? (
                <text x={at(place) + step / 2} y={height - tall - 4} className={classes.value}>
                  {format.whole(day.answers)}
                </text>
              ) : null}
              {place % Math.ceil(shown.length / 8) === 0 ? (
                <text x={at(place) + step / 2} y={height + 14} className={classes.tick}>
                  {format.day(day.day)}
                </text>
              ) : null}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

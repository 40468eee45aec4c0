import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/format";
import classes from "./charts.module.css";

interface Props {
  edges: number[];
  counts: number[];
  /** The least doubt of the bin chosen. */
  chosen: number | null;
  onChoose: (least: number | null) => void;
}

/** How much doubt is left, item by item; a press on a bar opens its items and all that are more doubtful. */
export function DoubtHistogram({ edges: fineEdges, counts: fineCounts, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const { edges, counts } = coarser(fineEdges, fineCounts);
  const most = Math.max(1, ...counts);
  const sum = counts.reduce((total, count) => total + count, 0);
  if (sum === 0)
    return (
      <Text size="sm" c="dimmed">
        {t("charts.noDoubt")}
      </Text>
    );
  return (
    <div>
      <div className={classes.bins}>
        {counts.map((count, place) => {
          const low = edges[place] ?? 0;
          const high = edges[place + 1] ?? 1;
          return (
            <button
              key={low}
              type="button"
              className={classes.bin}
              aria-pressed={chosen === low}
              aria-label={t("charts.doubtBin", {
                n: format.whole(count),
                low: format.percent(low),
                high: format.percent(high),
              })}
              onClick={() => onChoose(chosen === low ? null : low)}
            >
              <span>{count ? format.whole(count) : ""}</span>
              <span style={{ height: `${(count / most) * 75}%`, minHeight: count ? 2 : 0 }} />
            </button>
          );
        })}
      </div>
      <div className={classes.ends}>
        <span>{t("charts.sure", { value: format.percent(edges[0] ?? 0) })}</span>
        <span>{t("charts.doubtful", { value: format.percent(edges.at(-1) ?? 1) })}</span>
      </div>
    </div>
  );
}

const mostBins = 10;

/** At most ten bins, each wide enough to press. */
function coarser(edges: number[], counts: number[]) {
  const width = Math.ceil(counts.length / mostBins);
  const bins = Math.ceil(counts.length / width);
  const sum = (bin: number) =>
    counts.slice(bin * width, (bin + 1) * width).reduce((total, count) => total + count, 0);
  return {
    counts: Array.from({ length: bins }, (_, bin) => sum(bin)),
    edges: Array.from({ length: bins + 1 }, (_, bin) => edges[Math.min(bin * width, counts.length)] ?? 1),
  };
}

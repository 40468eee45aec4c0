import { useTranslation } from "react-i18next";
import { useFormat } from "../parts/format";
import classes from "./charts.module.css";

interface Props {
  labels: string[];
  shares: number[][];
  titleOf: (name: string) => string;
  caption: string;
}

/** Which labels annotators give where the consensus has another: rows are the consensus, columns the answers. */
export function Confusion({ labels, shares, titleOf, caption }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div style={{ overflowX: "auto" }}>
      <p className={classes.caption}>{caption}</p>
      <table className={classes.table} aria-label={caption}>
        <thead>
          <tr>
            <td />
            {labels.map((label) => (
              <th key={label} scope="col">
                <bdi>{titleOf(label)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {labels.map((truth, row) => {
            return (
              <tr key={truth}>
                <th scope="row">
                  <bdi>{titleOf(truth)}</bdi>
                </th>
                {labels.map((answer, column) => {
                  const share = shares[row]?.[column] ?? 0;
                  const tint = `color-mix(in srgb, ${row === column ? "var(--accent-ink)" : "light-dark(#b35900, #f0a35e)"} ${Math.round(share * 40)}%, var(--ground))`;
                  return (
                    <td
                      key={answer}
                      style={{ background: tint }}
                      title={t("charts.confusionCell", {
                        truth: titleOf(truth),
                        answer: titleOf(answer),
                        n: format.percent(share),
                      })}
                    >
                      {share >= 0.005 ? format.percent(share) : ""}
                    </td>
                  );
                })}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

import { useFormat } from "../parts/format";
import classes from "./charts.module.css";

interface Props {
  rows: { name: string; title: string; count: number; colour?: string | undefined }[];
  label: string;
}

/** How often each label was chosen. */
export function LabelBars({ rows, label }: Props) {
  const format = useFormat();
  const sum = rows.reduce((total, row) => total + row.count, 0);
  const most = Math.max(1, ...rows.map((row) => row.count));
  return (
    <dl className={classes.bars} aria-label={label}>
      {rows.map((row) => (
        <div key={row.name} style={{ display: "contents" }}>
          <dt>
            <bdi>{row.title}</bdi>
          </dt>
          <dd>
            <span
              className={classes.stripe}
              style={{ width: `${(row.count / most) * 100}%`, background: row.colour ?? "var(--accent-ink)" }}
            />
          </dd>
          <dd style={{ textAlign: "end" }}>
            {format.whole(row.count)} · {format.percent(sum ? row.count / sum : 0)}
          </dd>
        </div>
      ))}
    </dl>
  );
}

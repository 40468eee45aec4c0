import { useState } from "react";
import { useTranslation } from "react-i18next";
import classes from "./Item.module.css";

const openDepth = 2;
const firstShown = 200;

/** Any JSON as a folding tree; long lists show their beginning until asked for more. */
export function JsonTree({ value }: { value: unknown }) {
  return (
    <div className={classes.json} dir="ltr">
      <Node value={value} depth={0} />
    </div>
  );
}

function Node({ name, value, depth }: { name?: string; value: unknown; depth: number }) {
  const { t } = useTranslation("annotate");
  const [shown, setShown] = useState(firstShown);
  const key =
    name === undefined ? null : (
      <>
        <bdi className={classes.key}>{name}</bdi>
        {": "}
      </>
    );
  if (typeof value !== "object" || value === null)
    return (
      <div className={classes.leaf}>
        {key}
        <bdi className={classes.json_value} data-type={typeof value}>
          {JSON.stringify(value)}
        </bdi>
      </div>
    );
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
  return (
    <details open={depth < openDepth && entries.length <= firstShown}>
      <summary>
        {key}
        <span className={classes.size}>{size}</span>
      </summary>
      <div className={classes.branch}>
        {entries.slice(0, shown).map(([one, held]) => (
          <Node key={one} name={one} value={held} depth={depth + 1} />
        ))}
        {entries.length > shown ? (
          <button type="button" className={classes.more} onClick={() => setShown(shown * 4)}>
            {t("view.more", { count: entries.length - shown })}
          </button>
        ) : null}
      </div>
    </details>
  );
}

import { type ReactNode, useEffect, useRef, useState } from "react";
import classes from "./RegionList.module.css";

interface Props<T> {
  label: string;
  items: readonly T[];
  selected: number;
  keyOf: (item: T, index: number) => string;
  show: (item: T, index: number) => ReactNode;
  actions?: (item: T, index: number) => ReactNode;
  onSelect: (item: T, index: number) => void;
}

const rowHeight = 34;
const roomRows = 8;
const spareRows = 6;

/** The regions of a question as a list: the way to them without sight or mouse. Only rows in sight are made. */
export function RegionList<T>(props: Props<T>) {
  const { label, items, selected, keyOf, show, actions, onSelect } = props;
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const first = Math.max(0, Math.floor(top / rowHeight) - spareRows);
  const last = Math.min(items.length, first + roomRows + 2 * spareRows);

  useEffect(() => {
    const element = box.current;
    if (!element || selected < 0) return;
    const at = selected * rowHeight;
    if (at < element.scrollTop) element.scrollTop = at;
    else if (at + rowHeight > element.scrollTop + element.clientHeight)
      element.scrollTop = at + rowHeight - element.clientHeight;
  }, [selected]);

  if (items.length === 0) return null;
  return (
    <div
      ref={box}
      className={classes.box}
      style={{ maxBlockSize: rowHeight * roomRows }}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
    >
      <ul aria-label={label} className={classes.rows} style={{ blockSize: items.length * rowHeight }}>
        {items.slice(first, last).map((item, offset) => {
          const index = first + offset;
          return (
            <li
              key={keyOf(item, index)}
              className={classes.row}
              style={{ insetBlockStart: index * rowHeight, blockSize: rowHeight }}
              data-selected={index === selected || undefined}
              aria-setsize={items.length}
              aria-posinset={index + 1}
            >
              <button
                type="button"
                className={classes.name}
                aria-current={index === selected ? "true" : undefined}
                onClick={() => onSelect(item, index)}
              >
                {show(item, index)}
              </button>
              {actions?.(item, index)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

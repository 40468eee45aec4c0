import {
  type Chord,
  dealt,
  labelLooks,
  moveRanked,
  placeOf,
  type RankingValue,
  rankAt,
  rankedCount,
  rankNext,
  tieRanked,
  unrank,
} from "@qistas/annotate-core";
import { type CSSProperties, useEffect, useId, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { ariaKeys, Keys } from "../../flow/annotate/commands/Keys";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import { IconButton } from "../IconButton";
import type { EditorProps } from "../widget";
import classes from "./Ranking.module.css";
import { useDrag } from "./useDrag";

/**
 * Two lists: the order so far, and what is not ranked yet. Nothing is an answer before it was put in its place: the second list stands in
 * no order, another one for each person.
 */
export function RankingEditor(props: EditorProps<"ranking">) {
  const { question, value, onChange, labelledBy, describedBy, keys, readOnly, suggestion } = props;
  const { t, i18n } = useTranslation("annotate");
  const { dispatcher, title, announce, seed, keyOf } = useTaskScope();
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const number = useMemo(() => new Intl.NumberFormat(i18n.language), [i18n.language]);
  const looks = useMemo(() => labelLooks(question.labels), [question.labels]);
  const coloured = question.labels.some((label) => label.colour);
  const names = useMemo(() => {
    const own = question.labels.map((label) => label.name);
    return seed ? dealt(own, `${seed} ${question.name}`) : own;
  }, [question.labels, question.name, seed]);
  const titles = useMemo(
    () => new Map(question.labels.map((label) => [label.name, title(label.title, label.name)])),
    [question.labels, title],
  );
  const order = value?.order ?? [];
  const waiting = names.filter((name) => placeOf(value, name) < 0);
  const full = order.flat().length >= rankedCount(question);
  const called = (name: string): string => titles.get(name) ?? name;

  const held = heldIn(root.current);
  // a row that moves to another place in the page loses the focus there: it gets it back
  useLayoutEffect(() => {
    const now = document.activeElement;
    if (!held || !root.current || (now !== document.body && !root.current.contains(now))) return;
    const row = rowOf(root.current, held.option);
    const control = row?.querySelector<HTMLElement>(`[data-act="${held.act}"]:not(:disabled)`);
    (control ?? row?.querySelector<HTMLElement>("input"))?.focus();
  });

  const spoken = useRef(value);
  useEffect(() => {
    const before = spoken.current;
    if (before === value) return;
    spoken.current = value;
    const changed = question.labels.filter(({ name }) => placeOf(before, name) !== placeOf(value, name));
    const at = heldIn(root.current)?.option;
    const first = changed.find(({ name }) => name === at) ?? (changed.length <= 2 ? changed[0] : undefined);
    if (first) announce(wordsOf(first.name));
    else if (value) announce(value.order.map((group) => group.map(called).join(" = ")).join(" > "));
  });

  const wordsOf = (name: string): string => {
    const at = placeOf(value, name);
    if (at < 0) return t("ranking.out", { option: called(name) });
    const tied = (order[at]?.length ?? 1) > 1;
    return t(tied ? "ranking.tiedAt" : "ranking.at", {
      option: called(name),
      place: number.format(at + 1),
      of: number.format(rankedCount(question)),
    });
  };

  const act = (change: (name: string) => RankingValue | undefined) => () => {
    const name = heldIn(root.current)?.option;
    if (name === undefined || readOnly) return false;
    onChange(change(name));
    return true;
  };
  const step = (by: 1 | -1) => () => {
    const inputs = [...(root.current?.querySelectorAll<HTMLElement>("input:enabled") ?? [])];
    const name = heldIn(root.current)?.option;
    if (name === undefined) return false;
    const at = inputs.findIndex((one) => one.closest<HTMLElement>("[data-option]")?.dataset.option === name);
    inputs[at + by]?.focus();
    return true;
  };
  useCommands(dispatcher, {
    optionAbove: step(-1),
    optionBelow: step(1),
    rankHigher: act((name) => moveRanked(question, value, name, -1)),
    rankLower: act((name) => moveRanked(question, value, name, 1)),
    tieAbove: act((name) => tieRanked(question, value, name)),
    unrank: act((name) => (placeOf(value, name) < 0 ? value : unrank(value, name))),
  });

  const orderWithout = (name: string) => unrank(value, name)?.order ?? [];
  const { drag, begin } = useDrag({
    root,
    orderWithout,
    disabled: readOnly,
    onDrop: ({ option, at }) => {
      if (at >= 0) onChange(rankAt(question, value, option, at));
      else if (placeOf(value, option) >= 0) onChange(unrank(value, option));
    },
  });
  const dropOn = drag && drag.at >= 0 ? orderWithout(drag.option)[drag.at]?.[0] : undefined;
  const dropEnd = drag !== null && drag.at >= 0 && dropOn === undefined;

  const row = (name: string) => {
    const at = placeOf(value, name);
    const group = order[at] ?? [];
    const offered = suggestion ? placeOf(suggestion, name) : -1;
    const place = at >= 0 ? number.format(at + 1) : "";
    const word = at >= 0 ? wordsOf(name) : t("ranking.waits", { option: called(name) });
    const mark = offered >= 0 ? t("ranking.suggested", { place: number.format(offered + 1) }) : "";
    const style = { "--label": coloured ? looks.get(name)?.colour : undefined } as CSSProperties;
    return (
      <li
        key={name}
        className={classes.row}
        style={style}
        data-option={name}
        data-ranked={at >= 0 || undefined}
        data-tied={(at >= 0 && group[0] !== name) || undefined}
        data-suggested={offered >= 0 || undefined}
        data-dragged={drag?.option === name || undefined}
        data-drop={dropOn === name || undefined}
        onPointerDown={(event) => begin(name, event)}
      >
        {readOnly ? null : (
          <span className={classes.handle} data-handle aria-hidden="true">
            <Grip />
          </span>
        )}
        <label className={classes.option}>
          <input
            type="checkbox"
            data-act="choose"
            aria-label={[word, mark].filter(Boolean).join(", ")}
            aria-keyshortcuts={readOnly ? undefined : ariaKeys(keys.get(name))}
            checked={at >= 0}
            disabled={readOnly || (at < 0 && full)}
            onChange={() => onChange(rankNext(question, value, name))}
          />
          {at >= 0 ? (
            <span className={classes.place} aria-hidden="true">
              {place}
              {group.length > 1 ? "=" : ""}
            </span>
          ) : null}
          {coloured ? <span className={classes.swatch} aria-hidden="true" /> : null}
          <bdi className={classes.title}>{called(name)}</bdi>
          {mark ? <span className={classes.suggested}>{mark}</span> : null}
          <Keys chord={readOnly ? undefined : keys.get(name)} />
        </label>
        {at >= 0 && !readOnly ? (
          <>
            {question.ties ? (
              <Act
                act="tie"
                label={t(group.length > 1 ? "ranking.untie" : "ranking.tie", { option: called(name) })}
                disabled={group.length === 1 && at === 0}
                onClick={() => onChange(tieRanked(question, value, name))}
              >
                <path d="M3 6h10M3 10h10" />
              </Act>
            ) : null}
            <Act
              act="higher"
              label={t("ranking.higher", { option: called(name) })}
              disabled={group.length === 1 && at === 0}
              onClick={() => onChange(moveRanked(question, value, name, -1))}
            >
              <path d="M4 10l4-4 4 4" />
            </Act>
            <Act
              act="lower"
              label={t("ranking.lower", { option: called(name) })}
              disabled={group.length === 1 && at === order.length - 1}
              onClick={() => onChange(moveRanked(question, value, name, 1))}
            >
              <path d="M4 6l4 4 4-4" />
            </Act>
          </>
        ) : null}
      </li>
    );
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring a frame and a legend of its own
    <div
      ref={root}
      role="group"
      data-scope="order"
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
    >
      <p className={classes.heading} id={`${id}-order`}>
        {question.top
          ? t("ranking.best", { count: question.top, shown: number.format(question.top) })
          : t("ranking.order")}
      </p>
      {order.length > 0 ? (
        <ol className={classes.list} aria-labelledby={`${id}-order`} data-drop-end={dropEnd || undefined}>
          {order.flat().map(row)}
        </ol>
      ) : (
        <p className={classes.begin} data-drop={(drag !== null && drag.at >= 0) || undefined}>
          {t(readOnly ? "view.none" : "ranking.begin")}
        </p>
      )}
      {waiting.length > 0 ? (
        <>
          <p className={classes.heading} id={`${id}-rest`}>
            {full ? t("ranking.rest") : t("ranking.waiting")}
          </p>
          <ul className={classes.list} aria-labelledby={`${id}-rest`} data-pool>
            {waiting.map(row)}
          </ul>
        </>
      ) : null}
      {readOnly ? null : (
        <p className={classes.hint} aria-hidden="true">
          <Hint chord={keyOf("rankHigher")} words={t("commands.rankHigher")} />
          <Hint chord={keyOf("rankLower")} words={t("commands.rankLower")} />
          {question.ties ? <Hint chord={keyOf("tieAbove")} words={t("commands.tieAbove")} /> : null}
        </p>
      )}
    </div>
  );
}

function Hint({ chord, words }: { chord: Chord | undefined; words: string }) {
  return (
    <span>
      <Keys chord={chord} />
      {words}
    </span>
  );
}

interface ActProps {
  act: string;
  label: string;
  disabled: boolean;
  onClick: () => void;
  children: React.ReactNode;
}

function Act({ act, label, disabled, onClick, children }: ActProps) {
  return (
    <IconButton label={label} act={act} disabled={disabled} onClick={onClick}>
      <svg
        aria-hidden="true"
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
      >
        {children}
      </svg>
    </IconButton>
  );
}

function Grip() {
  return (
    <svg aria-hidden="true" viewBox="0 0 8 14" width="8" height="14" fill="currentColor">
      {[2, 7, 12].flatMap((y) => [2, 6].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.1" />))}
    </svg>
  );
}

/** The option that holds the focus, and which of its controls does. */
function heldIn(root: HTMLElement | null): { option: string; act: string } | null {
  const now = document.activeElement;
  if (!root || !(now instanceof HTMLElement) || !root.contains(now)) return null;
  const option = now.closest<HTMLElement>("[data-option]")?.dataset.option;
  return option === undefined ? null : { option, act: now.dataset.act ?? "choose" };
}

function rowOf(root: HTMLElement, option: string): HTMLElement | null {
  return root.querySelector<HTMLElement>(`[data-option="${CSS.escape(option)}"]`);
}

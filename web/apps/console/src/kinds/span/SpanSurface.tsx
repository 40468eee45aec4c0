import {
  addSpan,
  Boundaries,
  type CaretMove,
  CodePoints,
  compareSpans,
  moveCaret,
  moveEdge,
  removeSpan,
  replaceSpan,
  type SetOptions,
  type Snap,
  type Span,
  SpanIndex,
  type SpanValue,
  sameSpan,
  snapSelection,
} from "@qistas/annotate-core";
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useAnswerView, useTaskScope } from "../../flow/annotate/task/TaskScope";
import type { QuestionOf, SurfaceProps } from "../widget";
import { byStart, marksOf } from "./marks";
import { cutPrefix, keepPrefix } from "./prefixSteps";
import classes from "./SpanSurface.module.css";
import { SpanText } from "./SpanText";
import type { TextPainter } from "./TextPainter";
import { usePointerSelection } from "./usePointerSelection";

interface Pending {
  readonly anchor: number;
  readonly head: number;
}

const noSpans: readonly Span[] = [];

/** A text field on which spans are marked: by pointer, and by keyboard alone. */
export function SpanSurface({ value, direction, label, questions }: SurfaceProps<"span">) {
  const { t } = useTranslation("annotate");
  const scope = useTaskScope();
  const { state, regions, suggestion, readOnly, dispatcher, atHand, setAtHand, title, announce } = scope;
  const text = typeof value === "string" ? value : "";
  const points = useMemo(() => new CodePoints(text), [text]);
  const boundaries = useMemo(() => new Boundaries(text), [text]);
  const question = questions.find((one) => one.name === atHand) ?? (questions[0] as QuestionOf<"span">);
  const slot = useRegionSlot(regions, question.name);
  const { working } = useAnswerView(state);
  const painter = useRef<TextPainter | null>(null);
  const root = useRef<HTMLDivElement>(null);
  const hint = useId();
  const [caret, setCaret] = useState<Pending | null>(null);
  const [byKeys, setByKeys] = useState(false);
  const [snap, setSnap] = useState<Snap>("word");
  const [notice, setNotice] = useState("");

  const spansOf = (of: QuestionOf<"span">): readonly Span[] =>
    (working[of.name] as SpanValue | undefined)?.spans ?? noSpans;
  const spans = spansOf(question);
  // undo may have taken the chosen span away
  const chosen = slot.selected as Span | null;
  const selected = useMemo(
    () => (chosen && spans.find((span) => sameSpan(span, chosen))) ?? null,
    [chosen, spans],
  );

  const marks = useMemo(() => {
    const all = questions.flatMap((one) => {
      const given = (working[one.name] as SpanValue | undefined)?.spans ?? noSpans;
      const offered = ((suggestion?.[one.name] as SpanValue | undefined)?.spans ?? noSpans).filter(
        (span) => !given.some((own) => sameSpan(own, span)),
      );
      return [
        ...marksOf(one, given, points, title, () => "plain"),
        ...marksOf(one, offered, points, title, () => "suggested"),
      ];
    });
    return byStart(all);
  }, [questions, working, suggestion, points, title]);
  const standsOut = useMemo(
    () =>
      selected && {
        start: points.toUnit(selected.start),
        end: points.toUnit(selected.end),
        name: title(question.labels.find((one) => one.name === selected.label)?.title, selected.label),
      },
    [selected, points, question, title],
  );

  const put = (next: readonly Span[], options?: SetOptions): void =>
    state.set(question.name, { spans: next }, options);
  const words = (span: Span): { text: string; label: string } => ({
    text: points.slice(span.start, span.end),
    label: labelTitle(question, span.label),
  });
  const labelTitle = (of: QuestionOf<"span">, name: string): string =>
    title(of.labels.find((one) => one.name === name)?.title, name);
  const say = (message: string): void => {
    announce(message);
    setNotice("");
  };
  const refuse = (why: "overlap" | "twice" | "empty"): void => {
    const message = t(`span.refused.${why}`);
    setNotice(message);
    announce(message);
  };

  const addFor = (of: QuestionOf<"span">, name: string, from: number, to: number): boolean => {
    if (readOnly) return false;
    const span: Span = { start: points.fromUnit(from), end: points.fromUnit(to), label: name };
    const edit = addSpan(spansOf(of), span, of.overlap !== false);
    if ("refused" in edit) {
      refuse(edit.refused);
      return true;
    }
    state.set(of.name, { spans: edit.spans });
    regions.change(of.name, { selected: edit.span });
    setAtHand(of.name);
    setCaret(byKeys ? { anchor: to, head: to } : null);
    getSelection()?.removeAllRanges();
    say(t("span.added", words(edit.span)));
    return true;
  };

  const change = (next: Span, options?: SetOptions): void => {
    if (!selected || readOnly) return;
    const edit = replaceSpan(spans, selected, next, question.overlap !== false);
    if ("refused" in edit) {
      refuse(edit.refused);
      return;
    }
    put(edit.spans, options);
    regions.change(question.name, { selected: edit.span });
    say(t("span.now", words(edit.span)));
  };

  // a label was chosen by key or in the palette
  const latestTake = useRef<(of: QuestionOf<"span">, name: string) => boolean>(() => false);
  useLayoutEffect(() => {
    latestTake.current = (of, name) => {
      const marked = caret && caret.anchor !== caret.head;
      if (marked) {
        const exact = snapSelection(boundaries, caret.anchor, caret.head, "grapheme");
        return exact ? addFor(of, name, exact.start, exact.end) : false;
      }
      if (selected && of.name === question.name) {
        change({ ...selected, label: name });
        return true;
      }
      if (caret && byKeys && root.current === document.activeElement) {
        const word = boundaries.wordAt(caret.head);
        return word.isWord ? addFor(of, name, word.start, word.end) : false;
      }
      return false;
    };
  });
  useEffect(() => {
    const untie = questions.map((one) =>
      regions.takeLabels(one.name, (name) => latestTake.current(one, name)),
    );
    return () => {
      for (const one of untie) one();
    };
  }, [questions, regions]);

  // a span chosen elsewhere (the list) comes into sight
  useEffect(() => {
    if (selected) painter.current?.reveal(points.toUnit(selected.start));
  }, [selected, points]);

  // the browser's own selection shows what is marked, and lets screen readers speak it
  useEffect(() => {
    if (!caret || caret.anchor === caret.head) return;
    const start = Math.min(caret.anchor, caret.head);
    const range = painter.current?.rangeOf(start, Math.max(caret.anchor, caret.head));
    const selection = getSelection();
    if (!range || !selection) return;
    selection.removeAllRanges();
    selection.addRange(range);
  }, [caret]);

  const onSelected = (from: number, to: number, exact: boolean): void => {
    setByKeys(false);
    setNotice("");
    if (from === to) {
      pointAt(to);
      return;
    }
    const snapped = snapSelection(boundaries, from, to, exact ? "grapheme" : snap);
    if (!snapped) {
      setCaret(null);
      getSelection()?.removeAllRanges();
      return;
    }
    regions.change(question.name, { selected: null });
    if (slot.pen && !readOnly) addFor(question, slot.pen, snapped.start, snapped.end);
    else setCaret({ anchor: snapped.start, head: snapped.end });
  };
  const pointerHandlers = usePointerSelection({
    root,
    painter,
    boundaries,
    from: caret?.anchor ?? null,
    onSelected,
    onTouched: (anchor, head) => setCaret({ anchor, head }),
  });

  /** A click: the shortest span there, clicked again the next around it. */
  const pointAt = (unit: number): void => {
    setCaret({ anchor: unit, head: unit });
    const at = points.fromUnit(unit);
    for (const one of [question, ...questions.filter((other) => other !== question)]) {
      const under = new SpanIndex(spansOf(one)).at(at);
      if (under.length === 0) continue;
      const held = regions.slot(one.name).selected as Span | null;
      const index = held ? under.findIndex((span) => sameSpan(span, held)) : -1;
      const next = under[(index + 1) % under.length] as Span;
      setAtHand(one.name);
      regions.change(one.name, { selected: next });
      announce(t("span.chosen", words(next)));
      return;
    }
    regions.change(question.name, { selected: null });
  };

  const focused = (): boolean => root.current?.contains(document.activeElement) ?? false;
  const mine =
    (act: () => boolean | undefined): (() => boolean | undefined) =>
    () =>
      focused() ? act() : false;
  const here =
    (act: () => boolean | undefined): (() => boolean | undefined) =>
    () =>
      focused() || atHand === question.name ? act() : false;

  const step = (visual: "left" | "right" | "start" | "end", by: CaretMove, extend: boolean) =>
    mine(() => {
      const from = caret ?? { anchor: 0, head: 0 };
      const rtl = painter.current?.directionAt(from.head) === "rtl";
      const forward = visual === "end" || (visual === "left" ? rtl : visual === "right" && !rtl);
      const next = caret || by === "line" ? moveCaret(from, forward ? 1 : -1, by, extend, boundaries) : from;
      moved(next, extend);
      return true;
    });
  const moved = (next: Pending, extend: boolean): void => {
    setByKeys(true);
    setCaret(next);
    setNotice("");
    if (!extend) getSelection()?.removeAllRanges();
    if (selected) regions.change(question.name, { selected: null });
    painter.current?.reveal(next.head);
    const marked = text.slice(Math.min(next.anchor, next.head), Math.max(next.anchor, next.head));
    const spoken = marked || boundaries.text.slice(next.head, boundaries.nextGrapheme(next.head));
    announce(spoken === " " ? t("span.blank") : spoken);
  };
  const line = (direction: 1 | -1, extend: boolean) =>
    mine(() => {
      const from = caret ?? { anchor: 0, head: 0 };
      const rect = painter.current?.caretRect(from.head);
      if (!rect) return false;
      const height =
        Number.parseFloat(getComputedStyle(root.current as Element).lineHeight) || rect.height * 1.8;
      const lineHeight = Math.max(rect.height * 1.2, height);
      let head: number | undefined;
      for (let reach = 1; reach <= 3 && (head === undefined || head === from.head); reach++) {
        const y = rect.top + rect.height / 2 + direction * reach * lineHeight * 0.75;
        head = painter.current?.unitAt(rect.left, y);
      }
      if (head !== undefined) moved({ anchor: extend ? from.anchor : head, head }, extend);
      return true;
    });
  const edge = (which: "start" | "end", visual: "left" | "right") =>
    here(() => {
      const rtl =
        painter.current?.directionAt(selected ? points.toUnit(selected[which]) : (caret?.head ?? 0)) ===
        "rtl";
      const direction = (visual === "left") === rtl ? 1 : -1;
      if (selected) {
        change(moveEdge(selected, which, direction, "grapheme", points, boundaries), {
          merge: `edge-${which}`,
        });
        return true;
      }
      if (!caret || caret.anchor === caret.head) return false;
      const range = { start: Math.min(caret.anchor, caret.head), end: Math.max(caret.anchor, caret.head) };
      const to =
        direction > 0 ? boundaries.nextGrapheme(range[which]) : boundaries.previousGrapheme(range[which]);
      const next = { ...range, [which]: to };
      if (next.start < next.end) setCaret({ anchor: next.start, head: next.end });
      return true;
    });
  const prefix = (cut: boolean) =>
    here(() => {
      const marked = caret && caret.anchor !== caret.head ? caret : null;
      const start = selected
        ? points.toUnit(selected.start)
        : marked
          ? Math.min(marked.anchor, marked.head)
          : undefined;
      const end = selected
        ? points.toUnit(selected.end)
        : marked
          ? Math.max(marked.anchor, marked.head)
          : undefined;
      if (start === undefined || end === undefined) return false;
      const to = cut ? cutPrefix(boundaries, start, end) : keepPrefix(boundaries, start);
      if (to === undefined) {
        announce(t("span.noPrefix"));
        return true;
      }
      if (selected) change({ ...selected, start: points.fromUnit(to) }, { merge: "prefix" });
      else setCaret({ anchor: to, head: end });
      return true;
    });
  const walk = (direction: 1 | -1) =>
    here(() => {
      if (spans.length === 0) return false;
      const order = spans.toSorted(compareSpans);
      const at = selected ? order.findIndex((span) => sameSpan(span, selected)) : direction > 0 ? -1 : 0;
      const next = order[(at + direction + order.length) % order.length] as Span;
      regions.change(question.name, { selected: next });
      setCaret(null);
      announce(t("span.chosen", words(next)));
      return true;
    });

  useCommands(dispatcher, {
    caretLeft: step("left", "grapheme", false),
    caretRight: step("right", "grapheme", false),
    caretUp: line(-1, false),
    caretDown: line(1, false),
    wordLeft: step("left", "word", false),
    wordRight: step("right", "word", false),
    lineStart: step("start", "line", false),
    lineEnd: step("end", "line", false),
    selectLeft: step("left", "grapheme", true),
    selectRight: step("right", "grapheme", true),
    selectUp: line(-1, true),
    selectDown: line(1, true),
    selectWordLeft: step("left", "word", true),
    selectWordRight: step("right", "word", true),
    selectLineStart: step("start", "line", true),
    selectLineEnd: step("end", "line", true),
    endLeft: edge("end", "left"),
    endRight: edge("end", "right"),
    startLeft: edge("start", "left"),
    startRight: edge("start", "right"),
    cutPrefix: prefix(true),
    keepPrefix: prefix(false),
    snap: mine(() => {
      const next = snap === "word" ? "grapheme" : "word";
      setSnap(next);
      announce(t(`span.snap.${next}`));
      return true;
    }),
    nextRegion: walk(1),
    previousRegion: walk(-1),
    removeRegion: here(() => {
      if (!selected || readOnly) return false;
      put(removeSpan(spans, selected));
      regions.change(question.name, { selected: null });
      say(t("span.removed", words(selected)));
      return true;
    }),
    leaveRegion: here(() => {
      const open = selected !== null || caret !== null || slot.pen !== null;
      if (selected || (caret && caret.anchor !== caret.head)) {
        regions.change(question.name, { selected: null });
        setCaret(caret && byKeys ? { anchor: caret.head, head: caret.head } : null);
        getSelection()?.removeAllRanges();
      } else regions.change(question.name, { pen: null });
      return open;
    }),
  });

  return (
    // biome-ignore lint/a11y/useSemanticElements: a text to read and mark; an input could not show it
    <div
      ref={root}
      role="textbox"
      aria-readonly="true"
      aria-multiline="true"
      aria-label={label}
      aria-describedby={hint}
      tabIndex={0}
      data-scope="text"
      data-surface={question.name}
      className={classes.surface}
      {...pointerHandlers}
      onFocus={() => {
        if (root.current?.matches(":focus-visible") && !caret) setCaret({ anchor: 0, head: 0 });
        if (root.current?.matches(":focus-visible")) setByKeys(true);
        setAtHand(question.name);
      }}
    >
      <SpanText
        text={text}
        direction={direction}
        marks={marks}
        chosen={standsOut}
        caret={byKeys && caret && focused() ? caret.head : null}
        painter={painter}
      />
      <span id={hint} className={classes.hint}>
        {readOnly ? "" : t("span.hint")}
      </span>
      {notice ? (
        <p className={classes.notice} aria-hidden="true">
          {notice}
        </p>
      ) : null}
    </div>
  );
}

import type { SurfaceShapes } from "@qistas/annotate-canvas";
import type { Box, BoxValue } from "@qistas/annotate-core";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useAnswerView, useTaskScope } from "../../flow/annotate/task/TaskScope";
import classes from "../image/Image.module.css";
import { ImageTools, type Light } from "../image/ImageTools";
import { imageOf, type StoredImage } from "../image/imageOf";
import { shapeLooks, unknownLook } from "../image/looks";
import { useImageCommands } from "../image/useImageCommands";
import type { QuestionOf, SurfaceProps } from "../widget";
import { useSurface } from "./useSurface";

const noBoxes: readonly Box[] = [];

/** An image on which boxes are drawn: by drag, by two clicks, and by keyboard alone. */
export function BoxSurfaceView(props: SurfaceProps<"box">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.value);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Drawing {...props} image={image} />;
}

function Drawing({ image, label, questions }: SurfaceProps<"box"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const scope = useTaskScope();
  const { state, regions, suggestion, readOnly, dispatcher, atHand, setAtHand, title, announce } = scope;
  const question = questions.find((one) => one.name === atHand) ?? (questions[0] as QuestionOf<"box">);
  const slot = useRegionSlot(regions, question.name);
  const { working } = useAnswerView(state);
  const host = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const hint = useId();
  const [scale, setScale] = useState(1);
  const [mode, setMode] = useState("idle");
  const [light, setLight] = useState<Light>({ brightness: 1, contrast: 1 });
  const [hand, setHand] = useState(false);
  const [snap, setSnap] = useState(true);

  const looks = useMemo(() => shapeLooks(question, title), [question, title]);
  const boxes = (working[question.name] as BoxValue | undefined)?.boxes ?? noBoxes;
  const selectedAt = slot.selected ? boxes.indexOf(slot.selected as Box) : -1;
  const selected = selectedAt < 0 ? null : selectedAt;
  const offered = (suggestion?.[question.name] as BoxValue | undefined)?.boxes ?? noBoxes;
  const taken = working[question.name] !== undefined;
  const labelName = (name: string): string => looks.get(name)?.name ?? name;
  const pen = slot.pen ?? (question.labels.length === 1 ? (question.labels[0]?.name ?? null) : null);

  const indices = (set: ReadonlySet<object>): ReadonlySet<number> =>
    set.size === 0 ? noIndices : new Set(boxes.flatMap((box, index) => (set.has(box) ? [index] : [])));

  const shapes: SurfaceShapes = {
    boxes,
    lookOf: (index) => looks.get(boxes[index]?.label ?? "") ?? unknownLook,
    selected,
    hidden: indices(slot.hidden),
    locked: indices(slot.locked),
    suggested: taken ? noBoxes : offered,
    suggestedLookOf: (index) => looks.get(offered[index]?.label ?? "") ?? unknownLook,
    pen: pen === null ? null : (looks.get(pen) ?? unknownLook),
    rotate: question.rotate === true,
    minSize: question.min_size ?? 1,
    snap,
    readOnly,
  };

  const words = (box: Box) => ({
    label: labelName(box.label),
    x: Math.round(box.x),
    y: Math.round(box.y),
    width: Math.round(box.width),
    height: Math.round(box.height),
  });
  const put = (next: readonly Box[], merge?: string): void =>
    state.set(question.name, { boxes: next }, merge === undefined ? {} : { merge });
  const replace = (index: number, next: Box, merge?: string): void => {
    const before = boxes[index];
    if (!before || readOnly) return;
    regions.replace(question.name, before, next);
    put(boxes.with(index, next), merge);
  };

  const surface = useSurface(host, image, label, shapes, {
    select: (index) => {
      regions.change(question.name, { selected: index === null ? null : (boxes[index] ?? null) });
      const box = index === null ? undefined : boxes[index];
      if (box) announce(t("box.chosen", words(box)));
      setAtHand(question.name);
    },
    add: (shape) => {
      if (pen === null) return;
      const box: Box = { ...shape, rotation: 0, label: pen };
      put([...boxes, box]);
      regions.change(question.name, { selected: box });
      setAtHand(question.name);
      announce(t("box.added", words(box)));
    },
    replace: (index, shape) => {
      const before = boxes[index];
      if (!before) return;
      const next = { ...before, ...shape };
      replace(index, next, `box-${index}`);
      announce(t("box.chosen", words(next)));
    },
    look: (now) => {
      setScale(now.scale);
      if (now.mode !== mode) {
        setMode(now.mode);
        if (now.mode === "aiming" || now.mode === "anchored") announce(t(`box.${now.mode}`));
      }
    },
  });

  useEffect(() => surface.current?.light(light.brightness, light.contrast), [surface, light]);
  useEffect(() => {
    if (surface.current) surface.current.handTool = hand;
  }, [surface, hand]);

  const latestTake = useRef<(name: string) => boolean>(() => false);
  useEffect(() => {
    latestTake.current = (name) => {
      const box = selected === null ? undefined : boxes[selected];
      if (selected === null || !box || readOnly) return false;
      replace(selected, { ...box, label: name });
      announce(t("box.chosen", words({ ...box, label: name })));
      return true;
    };
  });
  useEffect(
    () => regions.takeLabels(question.name, (name) => latestTake.current(name)),
    [regions, question.name],
  );

  useImageCommands({ dispatcher, host, surface, light, onLight: setLight, hand, onHand: setHand });
  const here = (act: () => boolean) => () =>
    frame.current?.contains(document.activeElement) || atHand === question.name ? act() : false;
  const walk = (direction: 1 | -1) =>
    here(() => {
      if (boxes.length === 0) return false;
      const from = selected ?? (direction > 0 ? -1 : 0);
      const index = (from + direction + boxes.length) % boxes.length;
      const box = boxes[index] as Box;
      regions.change(question.name, { selected: box });
      surface.current?.reveal(index);
      announce(t("box.chosen", words(box)));
      return true;
    });
  const ofSelected = (act: (box: Box, index: number) => void) =>
    here(() => {
      const box = selected === null ? undefined : boxes[selected];
      if (!box || selected === null) return false;
      act(box, selected);
      return true;
    });
  const stretch = (dx: number, dy: number) => ofSelected(() => surface.current?.stretch(dx, dy));
  useCommands(dispatcher, {
    corner: here(() => {
      if (pen === null) announce(t("box.choosePen"));
      else surface.current?.corner();
      return true;
    }),
    narrower: stretch(-1, 0),
    wider: stretch(1, 0),
    shorter: stretch(0, -1),
    taller: stretch(0, 1),
    turnLeft: ofSelected(() => surface.current?.turn(-5)),
    turnRight: ofSelected(() => surface.current?.turn(5)),
    snapEdges: here(() => {
      setSnap(!snap);
      announce(t(snap ? "image.snapOff" : "image.snapOn"));
      return true;
    }),
    hideRegion: ofSelected((box) => regions.toggle(question.name, "hidden", box)),
    lockRegion: ofSelected((box) => regions.toggle(question.name, "locked", box)),
    nextRegion: walk(1),
    previousRegion: walk(-1),
    removeRegion: here(() => {
      const box = selected === null ? undefined : boxes[selected];
      if (!box || selected === null || readOnly || slot.locked.has(box)) return false;
      put(boxes.toSpliced(selected, 1));
      regions.change(question.name, { selected: null });
      announce(t("box.removed", { label: labelName(box.label) }));
      return true;
    }),
    leaveRegion: here(() => {
      if (surface.current?.cancel()) return true;
      if (selected !== null) {
        regions.change(question.name, { selected: null });
        return true;
      }
      if (slot.pen === null) return false;
      regions.change(question.name, { pen: null });
      return true;
    }),
  });

  return (
    <div ref={frame} className={classes.frame} data-scope="image">
      <ImageTools scale={scale} light={light} onLight={setLight} hand={hand} snap={readOnly ? null : snap} />
      <div
        ref={host}
        className={classes.host}
        role="application"
        aria-label={label}
        aria-describedby={hint}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: boxes are drawn here by keyboard
        tabIndex={0}
        data-surface={question.name}
        onFocus={() => setAtHand(question.name)}
        onPointerDown={() => host.current?.focus({ preventScroll: true })}
      />
      <span id={hint} className={classes.hint}>
        {readOnly ? t("image.hint") : t("box.hint")}
      </span>
      {!readOnly && pen === null ? <p className={classes.note}>{t("box.choosePen")}</p> : null}
    </div>
  );
}

const noIndices: ReadonlySet<number> = new Set();

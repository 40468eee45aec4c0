import type { PolygonShapes } from "@qistas/annotate-canvas";
import { edgesThatMeet, type Polygon, type PolygonValue } from "@qistas/annotate-core";
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
import { usePolygonSurface } from "./usePolygonSurface";

const noPolygons: readonly Polygon[] = [];
const noIndices: ReadonlySet<number> = new Set();
const fits = (points: Polygon["points"]): boolean => edgesThatMeet(points) === null;

/** An image on which outlines are drawn, corner by corner: by clicks, by touch, and by keyboard alone. */
export function PolygonSurfaceView(props: SurfaceProps<"polygon">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.value);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Drawing {...props} image={image} />;
}

function Drawing({ image, label, questions }: SurfaceProps<"polygon"> & { image: StoredImage }) {
  const { t, i18n } = useTranslation("annotate");
  const scope = useTaskScope();
  const { state, regions, suggestion, readOnly, dispatcher, atHand, setAtHand, title, announce } = scope;
  const question = questions.find((one) => one.name === atHand) ?? (questions[0] as QuestionOf<"polygon">);
  const slot = useRegionSlot(regions, question.name);
  const { working } = useAnswerView(state);
  const host = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const hint = useId();
  const [scale, setScale] = useState(1);
  const [corners, setCorners] = useState(0);
  const [refusal, setRefusal] = useState<string | null>(null);
  const [light, setLight] = useState<Light>({ brightness: 1, contrast: 1 });
  const [hand, setHand] = useState(false);
  const [snap, setSnap] = useState(true);
  const told = useRef({ mode: "idle", corners: 0, point: null as number | null });

  const number = new Intl.NumberFormat(i18n.language);
  const looks = useMemo(() => shapeLooks(question, title), [question, title]);
  const polygons = (working[question.name] as PolygonValue | undefined)?.polygons ?? noPolygons;
  const selectedAt = slot.selected ? polygons.indexOf(slot.selected as Polygon) : -1;
  const selected = selectedAt < 0 ? null : selectedAt;
  const offered = (suggestion?.[question.name] as PolygonValue | undefined)?.polygons ?? noPolygons;
  const taken = working[question.name] !== undefined;
  const pen = slot.pen ?? (question.labels.length === 1 ? (question.labels[0]?.name ?? null) : null);
  const words = ({ label: name, points }: Polygon) => ({
    label: looks.get(name)?.name ?? name,
    count: points.length,
    shown: number.format(points.length),
  });

  const indices = (set: ReadonlySet<object>): ReadonlySet<number> =>
    set.size === 0 ? noIndices : new Set(polygons.flatMap((one, index) => (set.has(one) ? [index] : [])));
  const shapes: PolygonShapes = {
    polygons,
    lookOf: (index) => looks.get(polygons[index]?.label ?? "") ?? unknownLook,
    selected,
    hidden: indices(slot.hidden),
    locked: indices(slot.locked),
    suggested: taken ? noPolygons : offered,
    suggestedLookOf: (index) => looks.get(offered[index]?.label ?? "") ?? unknownLook,
    pen: pen === null ? null : (looks.get(pen) ?? unknownLook),
    snap,
    readOnly,
    fits,
  };

  const put = (next: readonly Polygon[], merge?: string): void =>
    state.set(question.name, { polygons: next }, merge === undefined ? {} : { merge });
  const replace = (index: number, next: Polygon, merge?: string): void => {
    const before = polygons[index];
    if (!before || readOnly) return;
    regions.replace(question.name, before, next);
    put(polygons.with(index, next), merge);
  };

  const surface = usePolygonSurface(host, image, label, shapes, {
    select: (index) => {
      const polygon = index === null ? undefined : polygons[index];
      regions.change(question.name, { selected: polygon ?? null });
      if (polygon) announce(t("polygon.chosen", words(polygon)));
      setAtHand(question.name);
    },
    add: (shape) => {
      if (pen === null) return;
      const polygon: Polygon = { points: shape.points, label: pen };
      put([...polygons, polygon]);
      regions.change(question.name, { selected: polygon });
      setAtHand(question.name);
      announce(t("polygon.added", words(polygon)));
    },
    replace: (index, shape) => {
      const before = polygons[index];
      if (!before) return;
      const same = before.points.length === shape.points.length;
      replace(index, { ...before, points: shape.points }, same ? `polygon-${index}` : undefined);
    },
    refuse: (why) => {
      const sentence = t(`polygon.refused.${why}`);
      setRefusal(sentence);
      announce(sentence);
    },
    look: (now) => {
      setScale(now.scale);
      const before = told.current;
      told.current = now;
      if (now.mode === before.mode && now.corners === before.corners && now.point === before.point) return;
      setCorners(now.corners);
      setRefusal(null);
      if (now.mode === "aiming") announce(t("polygon.aiming"));
      if (now.mode === "drawing")
        announce(t("polygon.drawing", { count: now.corners, shown: number.format(now.corners) }));
      if (now.mode === "idle" && now.point !== null)
        announce(t("polygon.corner", { n: number.format(now.point + 1) }));
    },
  });

  useEffect(() => surface.current?.light(light.brightness, light.contrast), [surface, light]);
  useEffect(() => {
    if (surface.current) surface.current.handTool = hand;
  }, [surface, hand]);

  const latestTake = useRef<(name: string) => boolean>(() => false);
  useEffect(() => {
    latestTake.current = (name) => {
      const polygon = selected === null ? undefined : polygons[selected];
      if (selected === null || !polygon || readOnly) return false;
      replace(selected, { ...polygon, label: name });
      announce(t("polygon.chosen", words({ ...polygon, label: name })));
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
      if (polygons.length === 0) return false;
      const from = selected ?? (direction > 0 ? -1 : 0);
      const index = (from + direction + polygons.length) % polygons.length;
      const polygon = polygons[index] as Polygon;
      regions.change(question.name, { selected: polygon });
      surface.current?.reveal(index);
      announce(t("polygon.chosen", words(polygon)));
      return true;
    });
  const ofSelected = (act: (polygon: Polygon, index: number) => void) =>
    here(() => {
      const polygon = selected === null ? undefined : polygons[selected];
      if (!polygon || selected === null) return false;
      act(polygon, selected);
      return true;
    });
  useCommands(dispatcher, {
    corner: here(() => {
      if (pen === null && told.current.point === null) announce(t("box.choosePen"));
      else surface.current?.corner();
      return true;
    }),
    nextPoint: ofSelected(() => surface.current?.walk(1)),
    previousPoint: ofSelected(() => surface.current?.walk(-1)),
    snapEdges: here(() => {
      setSnap(!snap);
      announce(t(snap ? "image.snapOff" : "image.snapOn"));
      return true;
    }),
    hideRegion: ofSelected((polygon) => regions.toggle(question.name, "hidden", polygon)),
    lockRegion: ofSelected((polygon) => regions.toggle(question.name, "locked", polygon)),
    nextRegion: walk(1),
    previousRegion: walk(-1),
    removeRegion: here(() => {
      if (surface.current?.drawing) {
        surface.current.back();
        return true;
      }
      const polygon = selected === null ? undefined : polygons[selected];
      if (!polygon || selected === null || readOnly || slot.locked.has(polygon)) return false;
      if (surface.current?.removeCorner()) return true;
      put(polygons.toSpliced(selected, 1));
      regions.change(question.name, { selected: null });
      announce(t("polygon.removed", words(polygon)));
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

  // While an outline is being drawn, Enter closes it and undo takes its last corner: neither means the whole answer. Heard
  // at the image itself, before the page hears its keys.
  useEffect(() => {
    const element = host.current;
    const hear = (event: KeyboardEvent): void => {
      if (!surface.current?.drawing) return;
      const undo = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.code === "KeyZ";
      if (event.key !== "Enter" && !undo) return;
      event.preventDefault();
      event.stopPropagation();
      if (undo) surface.current.back();
      else surface.current.close();
    };
    element?.addEventListener("keydown", hear);
    return () => element?.removeEventListener("keydown", hear);
  }, [surface]);

  const note = refusal ?? (pen === null ? t("box.choosePen") : corners > 0 ? t("polygon.how") : null);
  return (
    <div ref={frame} className={classes.frame} data-scope="image">
      <ImageTools scale={scale} light={light} onLight={setLight} hand={hand} snap={readOnly ? null : snap} />
      <div
        ref={host}
        className={classes.host}
        role="application"
        aria-label={label}
        aria-describedby={hint}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: polygons are drawn here by keyboard
        tabIndex={0}
        data-surface={question.name}
        onFocus={() => setAtHand(question.name)}
        onPointerDown={() => host.current?.focus({ preventScroll: true })}
      />
      <span id={hint} className={classes.hint}>
        {readOnly ? t("image.hint") : t("polygon.hint")}
      </span>
      {!readOnly && note !== null ? <p className={classes.note}>{note}</p> : null}
    </div>
  );
}

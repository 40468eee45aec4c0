import { edgesThatMeet, type Polygon, type PolygonValue } from "@qistas/annotate-core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import { DrawingFrame } from "../image/DrawingFrame";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { useShapeCommands } from "../image/useShapeCommands";
import { useShapes } from "../image/useShapes";
import type { QuestionOf, SurfaceProps } from "../widget";
import { usePolygonSurface } from "./usePolygonSurface";

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
  const host = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  const [corners, setCorners] = useState(0);
  const [aiming, setAiming] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const told = useRef({ mode: "idle", corners: 0, point: null as number | null });
  const number = new Intl.NumberFormat(i18n.language);
  const words = ({ label: name, points }: Polygon, nameOf: (label: string) => string) => ({
    label: nameOf(name),
    count: points.length,
    shown: number.format(points.length),
  });
  const drawn = useShapes<QuestionOf<"polygon">, Polygon>(questions, {
    shapesIn: (answer) => (answer as PolygonValue | undefined)?.polygons,
    answerOf: (shapes) => ({ polygons: shapes }),
    chosen: (polygon, nameOf) => t("polygon.chosen", words(polygon, nameOf)),
  });
  const { scope, question, shapes: polygons, pen, shown, nameOf } = drawn;
  const { announce, dispatcher, readOnly } = scope;

  const surface = usePolygonSurface(
    host,
    image,
    label,
    { ...shown, polygons, fits },
    {
      select: (index) => drawn.choose(index === null ? undefined : polygons[index]),
      add: (shape) => {
        if (pen === null) return;
        const polygon: Polygon = { points: shape.points, label: pen };
        drawn.add(polygon);
        announce(t("polygon.added", words(polygon, nameOf)));
      },
      replace: (index, shape) => {
        const before = polygons[index];
        if (!before) return;
        const same = before.points.length === shape.points.length;
        drawn.replace(index, { ...before, points: shape.points }, same ? `polygon-${index}` : undefined);
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
        setAiming(now.mode === "aiming");
        setRefusal(null);
        if (now.mode === "aiming") announce(t("polygon.aiming"));
        if (now.mode === "drawing")
          announce(t("polygon.drawing", { count: now.corners, shown: number.format(now.corners) }));
        if (now.mode === "idle" && now.point !== null)
          announce(t("polygon.corner", { n: number.format(now.point + 1) }));
      },
    },
  );

  const { here, ofSelected } = useShapeCommands({
    drawn,
    host,
    surface,
    removed: (polygon) => t("polygon.removed", words(polygon, nameOf)),
    removePart: (bound) => {
      if (surface.current?.drawing) {
        surface.current.back();
        return true;
      }
      return !bound && surface.current?.removeCorner() === true;
    },
  });
  useCommands(dispatcher, {
    corner: here(() => {
      if (pen === null && told.current.point === null) announce(t("box.choosePen"));
      else surface.current?.corner();
      return true;
    }),
    nextPoint: ofSelected(() => surface.current?.walk(1)),
    previousPoint: ofSelected(() => surface.current?.walk(-1)),
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

  return (
    <DrawingFrame
      host={host}
      surface={surface}
      label={label}
      question={question.name}
      scale={scale}
      snap={shown.snap}
      hint={readOnly ? t("image.hint") : t("polygon.hint")}
      note={
        refusal ??
        (pen === null
          ? t("box.choosePen")
          : corners > 0
            ? t("polygon.how")
            : aiming
              ? t("polygon.aiming")
              : null)
      }
    />
  );
}

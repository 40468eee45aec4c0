import type { Box, BoxValue } from "@qistas/annotate-core";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import { DrawingFrame } from "../image/DrawingFrame";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { useShapeCommands } from "../image/useShapeCommands";
import { useShapes } from "../image/useShapes";
import type { QuestionOf, SurfaceProps } from "../widget";
import { useSurface } from "./useSurface";

/** An image on which boxes are drawn: by drag, by two clicks, and by keyboard alone. */
export function BoxSurfaceView(props: SurfaceProps<"box">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.value);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Drawing {...props} image={image} />;
}

function Drawing({ image, label, questions }: SurfaceProps<"box"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const host = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  const [mode, setMode] = useState("idle");
  const words = (box: Box, nameOf: (label: string) => string) => ({
    label: nameOf(box.label),
    x: Math.round(box.x),
    y: Math.round(box.y),
    width: Math.round(box.width),
    height: Math.round(box.height),
  });
  const drawn = useShapes<QuestionOf<"box">, Box>(questions, {
    shapesIn: (answer) => (answer as BoxValue | undefined)?.boxes,
    answerOf: (shapes) => ({ boxes: shapes }),
    chosen: (box, nameOf) => t("box.chosen", words(box, nameOf)),
  });
  const { scope, question, shapes: boxes, pen, shown, nameOf } = drawn;
  const { announce, dispatcher, readOnly } = scope;

  const more = { boxes, rotate: question.rotate === true, minSize: question.min_size ?? 1 };
  const surface = useSurface(
    host,
    image,
    label,
    { ...shown, ...more },
    {
      select: (index) => drawn.choose(index === null ? undefined : boxes[index]),
      add: (shape) => {
        if (pen === null) return;
        const box: Box = { ...shape, rotation: 0, label: pen };
        drawn.add(box);
        announce(t("box.added", words(box, nameOf)));
      },
      replace: (index, shape) => {
        const before = boxes[index];
        if (!before) return;
        const next = { ...before, ...shape };
        drawn.replace(index, next, `box-${index}`);
        drawn.tell(next);
      },
      look: (now) => {
        setScale(now.scale);
        if (now.mode !== mode) {
          setMode(now.mode);
          if (now.mode === "aiming" || now.mode === "anchored") announce(t(`box.${now.mode}`));
        }
      },
    },
  );

  const { here, ofSelected } = useShapeCommands({
    drawn,
    host,
    surface,
    removed: (box) => t("box.removed", { label: nameOf(box.label) }),
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
  });

  // With one corner set, Enter sets the other: it would send the answer without the box that is being drawn.
  useEffect(() => {
    const element = host.current;
    const hear = (event: KeyboardEvent): void => {
      if (mode !== "anchored" || event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      surface.current?.corner();
    };
    element?.addEventListener("keydown", hear);
    return () => element?.removeEventListener("keydown", hear);
  }, [surface, mode]);

  return (
    <DrawingFrame
      host={host}
      surface={surface}
      label={label}
      question={question.name}
      scale={scale}
      snap={shown.snap}
      hint={readOnly ? t("image.hint") : t("box.hint")}
      note={
        pen === null ? t("box.choosePen") : mode === "aiming" || mode === "anchored" ? t(`box.${mode}`) : null
      }
    />
  );
}

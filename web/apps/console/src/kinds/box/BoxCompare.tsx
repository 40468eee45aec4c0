import type { BoxShape, Look, SurfaceShapes } from "@qistas/annotate-canvas";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { shapeLooks, unknownLook } from "../image/looks";
import type { CompareProps } from "../widget";
import { useSurface } from "./useSurface";

/** The image once, everyone's boxes on it, each with the label and who drew it. */
export function BoxCompare(props: CompareProps<"box">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.data[props.question.field]);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Everyone {...props} image={image} />;
}

function Everyone({ question, voices, title, image }: CompareProps<"box"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const host = useRef<HTMLDivElement>(null);
  const looks = useMemo(() => shapeLooks(question, title), [question, title]);
  const drawn = useMemo(
    () =>
      voices.flatMap(({ who, value }) =>
        (value?.boxes ?? []).map((box) => {
          const look = looks.get(box.label) ?? unknownLook;
          return { box, look: { ...look, name: `${look.name} · ${who}` } };
        }),
      ),
    [voices, looks],
  );
  const boxes = useMemo(() => drawn.map(({ box }) => box), [drawn]);
  const shapes = shapesToShow(boxes, (index) => drawn[index]?.look ?? unknownLook);
  useSurface(host, image, t("compare.image"), shapes, {
    select: () => undefined,
    add: () => undefined,
    replace: () => undefined,
    look: () => undefined,
  });
  return <div ref={host} className={`${classes.host} ${classes.compare}`} />;
}

/** Boxes that are only shown. */
function shapesToShow(boxes: readonly BoxShape[], lookOf: (index: number) => Look): SurfaceShapes {
  return {
    boxes,
    lookOf,
    selected: null,
    hidden: new Set(),
    locked: new Set(),
    suggested: [],
    suggestedLookOf: lookOf,
    pen: null,
    rotate: false,
    minSize: 1,
    snap: false,
    readOnly: true,
  };
}

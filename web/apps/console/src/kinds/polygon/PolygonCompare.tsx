import type { Look, PolygonShape, PolygonShapes } from "@qistas/annotate-canvas";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { shapeLooks, unknownLook } from "../image/looks";
import type { CompareProps } from "../widget";
import { usePolygonSurface } from "./usePolygonSurface";

/** The image once, everyone's polygons on it, each with the label and who drew it. */
export function PolygonCompare(props: CompareProps<"polygon">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.data[props.question.field]);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Everyone {...props} image={image} />;
}

function Everyone({ question, voices, title, image }: CompareProps<"polygon"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const host = useRef<HTMLDivElement>(null);
  const looks = useMemo(() => shapeLooks(question, title), [question, title]);
  const drawn = useMemo(
    () =>
      voices.flatMap(({ who, value }) =>
        (value?.polygons ?? []).map((polygon) => {
          const look = looks.get(polygon.label) ?? unknownLook;
          return { polygon, look: { ...look, name: `${look.name} · ${who}` } };
        }),
      ),
    [voices, looks],
  );
  const polygons = useMemo(() => drawn.map(({ polygon }) => polygon), [drawn]);
  const shapes = toShow(polygons, (index) => drawn[index]?.look ?? unknownLook);
  usePolygonSurface(host, image, t("compare.polygons"), shapes, {
    select: () => undefined,
    add: () => undefined,
    replace: () => undefined,
    refuse: () => undefined,
    look: () => undefined,
  });
  return <div ref={host} className={`${classes.host} ${classes.compare}`} />;
}

/** Polygons that are only shown. */
function toShow(polygons: readonly PolygonShape[], lookOf: (index: number) => Look): PolygonShapes {
  return {
    polygons,
    lookOf,
    selected: null,
    hidden: new Set(),
    locked: new Set(),
    suggested: [],
    suggestedLookOf: lookOf,
    pen: null,
    snap: false,
    readOnly: true,
    fits: () => true,
  };
}

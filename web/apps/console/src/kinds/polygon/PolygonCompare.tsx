import type { PolygonValue } from "@qistas/annotate-core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { useEveryone } from "../image/useEveryone";
import type { CompareProps } from "../widget";
import { usePolygonSurface } from "./usePolygonSurface";

/** The image once, everyone's polygons on it, each with the label and who drew it. */
export function PolygonCompare(props: CompareProps<"polygon">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.data[props.question.field]);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Everyone {...props} image={image} />;
}

const polygonsIn = (value: PolygonValue) => value.polygons;
const nothing = () => undefined;

function Everyone({ question, voices, title, image }: CompareProps<"polygon"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const host = useRef<HTMLDivElement>(null);
  const { shapes, shown } = useEveryone(question, voices, title, polygonsIn);
  const polygons = { ...shown, polygons: shapes, fits: () => true };
  usePolygonSurface(host, image, t("compare.polygons"), polygons, {
    select: nothing,
    add: nothing,
    replace: nothing,
    refuse: nothing,
    look: nothing,
  });
  return <div ref={host} className={`${classes.host} ${classes.compare}`} />;
}

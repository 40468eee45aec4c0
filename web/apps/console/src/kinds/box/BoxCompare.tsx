import type { BoxValue } from "@qistas/annotate-core";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import classes from "../image/Image.module.css";
import { imageOf, type StoredImage } from "../image/imageOf";
import { useEveryone } from "../image/useEveryone";
import type { CompareProps } from "../widget";
import { useSurface } from "./useSurface";

/** The image once, everyone's boxes on it, each with the label and who drew it. */
export function BoxCompare(props: CompareProps<"box">) {
  const { t } = useTranslation("annotate");
  const image = imageOf(props.data[props.question.field]);
  if (!image) return <p className={classes.missing}>{t("image.missing")}</p>;
  return <Everyone {...props} image={image} />;
}

const boxesIn = (value: BoxValue) => value.boxes;
const nothing = () => undefined;

function Everyone({ question, voices, title, image }: CompareProps<"box"> & { image: StoredImage }) {
  const { t } = useTranslation("annotate");
  const host = useRef<HTMLDivElement>(null);
  const { shapes, shown } = useEveryone(question, voices, title, boxesIn);
  const boxes = { ...shown, boxes: shapes, rotate: false, minSize: 1 };
  useSurface(host, image, t("compare.image"), boxes, {
    select: nothing,
    add: nothing,
    replace: nothing,
    look: nothing,
  });
  return <div ref={host} className={`${classes.host} ${classes.compare}`} />;
}

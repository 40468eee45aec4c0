import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { CompareProps } from "../widget";
import classes from "./Image.module.css";
import { shapesToShow } from "./ImageView";
import { imageOf, type StoredImage } from "./imageOf";
import { boxLooks, unknownLook } from "./looks";
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
  const looks = useMemo(() => boxLooks(question, title), [question, title]);
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

import { PictureSurface } from "@qistas/annotate-canvas";
import { useEffect, useRef, useState } from "react";
import { useTaskScope } from "../../flow/annotate/task/TaskScope";
import classes from "./Image.module.css";
import { ImageTools, type Light } from "./ImageTools";
import type { StoredImage } from "./imageOf";
import { useCanvas } from "./useCanvas";
import { useImageCommands } from "./useImageCommands";

interface Props {
  image: StoredImage;
  label: string;
}

/** A picture to look at closely; nothing is drawn on it. */
export function ImageView({ image, label }: Props) {
  const { dispatcher } = useTaskScope();
  const host = useRef<HTMLDivElement>(null);
  const [scale, setScale] = useState(1);
  const [light, setLight] = useState<Light>({ brightness: 1, contrast: 1 });
  const [hand, setHand] = useState(true);
  const surface = useCanvas(
    host,
    image,
    label,
    (element, picture) => new PictureSurface(element, picture, setScale),
  );
  useEffect(() => surface.current?.light(light.brightness, light.contrast), [surface, light]);
  useEffect(() => {
    if (surface.current) surface.current.handTool = hand;
  }, [surface, hand]);
  useImageCommands({ dispatcher, host, surface, light, onLight: setLight, hand, onHand: setHand });
  return (
    <div className={classes.frame} data-scope="image">
      <ImageTools scale={scale} light={light} onLight={setLight} hand={hand} snap={null} />
      {/* biome-ignore lint/a11y/useSemanticElements: a picture with tools, not a set of form fields */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: arrows and zoom keys work here */}
      <div ref={host} className={classes.host} role="group" aria-label={label} tabIndex={0} />
    </div>
  );
}

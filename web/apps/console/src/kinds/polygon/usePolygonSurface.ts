import { type PolygonEvents, type PolygonShapes, PolygonSurface } from "@qistas/annotate-canvas";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { StoredImage } from "../image/imageOf";
import { useCanvas } from "../image/useCanvas";

/** Keep a drawing surface in an element, showing `shapes`. */
export function usePolygonSurface(
  host: RefObject<HTMLElement | null>,
  image: StoredImage,
  alt: string,
  shapes: PolygonShapes,
  events: PolygonEvents,
): RefObject<PolygonSurface | null> {
  const latest = useRef(events);
  useLayoutEffect(() => {
    latest.current = events;
  });
  const surface = useCanvas(
    host,
    image,
    alt,
    (element, picture) =>
      new PolygonSurface(element, picture, {
        select: (index) => latest.current.select(index),
        add: (shape) => latest.current.add(shape),
        replace: (index, shape) => latest.current.replace(index, shape),
        refuse: (why) => latest.current.refuse(why),
        look: (state) => latest.current.look(state),
      }),
  );
  useEffect(() => surface.current?.show(shapes));
  return surface;
}

import { BoxSurface, type SurfaceEvents, type SurfaceShapes } from "@qistas/annotate-canvas";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { StoredImage } from "../image/imageOf";
import { useCanvas } from "../image/useCanvas";

/** Keep a drawing surface in an element, showing `shapes`. */
export function useSurface(
  host: RefObject<HTMLElement | null>,
  image: StoredImage,
  alt: string,
  shapes: SurfaceShapes,
  events: SurfaceEvents,
): RefObject<BoxSurface | null> {
  const latest = useRef(events);
  useLayoutEffect(() => {
    latest.current = events;
  });
  const surface = useCanvas(
    host,
    image,
    alt,
    (element, picture) =>
      new BoxSurface(element, picture, {
        select: (index) => latest.current.select(index),
        add: (box) => latest.current.add(box),
        replace: (index, box) => latest.current.replace(index, box),
        look: (state) => latest.current.look(state),
      }),
  );
  useEffect(() => surface.current?.show(shapes));
  return surface;
}

import { BoxSurface, type SurfaceEvents, type SurfaceShapes } from "@qistas/annotate-canvas";
import { type RefObject, useEffect, useLayoutEffect, useRef } from "react";
import type { StoredImage } from "./imageOf";

/** Keep a drawing surface in an element, showing `shapes`. */
export function useSurface(
  host: RefObject<HTMLElement | null>,
  image: StoredImage,
  alt: string,
  shapes: SurfaceShapes,
  events: SurfaceEvents,
): RefObject<BoxSurface | null> {
  const surface = useRef<BoxSurface | null>(null);
  const latest = useRef(events);
  useLayoutEffect(() => {
    latest.current = events;
  });
  const { url, width, height } = image;
  useLayoutEffect(() => {
    if (!host.current) return;
    const made = new BoxSurface(
      host.current,
      { url, width, height, alt },
      {
        select: (index) => latest.current.select(index),
        add: (box) => latest.current.add(box),
        replace: (index, box) => latest.current.replace(index, box),
        look: (state) => latest.current.look(state),
      },
    );
    surface.current = made;
    return () => {
      made.dispose();
      surface.current = null;
    };
  }, [host, url, width, height, alt]);
  useEffect(() => surface.current?.show(shapes));
  return surface;
}

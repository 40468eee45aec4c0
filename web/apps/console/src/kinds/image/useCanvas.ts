import type { ImageSurface } from "@qistas/annotate-canvas";
import { type RefObject, useLayoutEffect, useRef } from "react";
import type { StoredImage } from "./imageOf";

/** Keep a surface of an image in an element. `make` is called anew for another image only. */
export function useCanvas<S extends ImageSurface>(
  host: RefObject<HTMLElement | null>,
  image: StoredImage,
  alt: string,
  make: (host: HTMLElement, image: StoredImage & { alt: string }) => S,
): RefObject<S | null> {
  const surface = useRef<S | null>(null);
  const latest = useRef(make);
  useLayoutEffect(() => {
    latest.current = make;
  });
  const { url, width, height } = image;
  useLayoutEffect(() => {
    if (!host.current) return;
    const made = latest.current(host.current, { url, width, height, alt });
    surface.current = made;
    return () => {
      made.dispose();
      surface.current = null;
    };
  }, [host, url, width, height, alt]);
  return surface;
}

import { type PointerEvent as Press, type RefObject, useEffect, useRef, useState } from "react";

/** Where an option would come to lie: before the place `at` of the order without it, or out of the order (-1). */
export interface Drag {
  readonly option: string;
  readonly at: number;
}

interface Settings {
  root: RefObject<HTMLElement | null>;
  /** The order without the option that is dragged. */
  orderWithout: (option: string) => readonly (readonly string[])[];
  onDrop: (drag: Drag) => void;
  disabled: boolean;
}

const threshold = 5;

/** Rows dragged by mouse or pen anywhere, by touch at their handle: a finger on a row scrolls the page. */
export function useDrag(settings: Settings) {
  const [drag, setDrag] = useState<Drag | null>(null);
  const latest = useRef(settings);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => {
    latest.current = settings;
  });
  useEffect(() => () => stop.current?.(), []);

  const aim = (option: string, y: number): Drag => {
    const root = latest.current.root.current;
    const pool = root?.querySelector("[data-pool]");
    if (pool && y > pool.getBoundingClientRect().top) return { option, at: -1 };
    let at = 0;
    for (const group of latest.current.orderWithout(option)) {
      const last = root?.querySelector(`[data-option="${CSS.escape(group.at(-1) ?? "")}"]`);
      const box = last?.getBoundingClientRect();
      if (box && y > box.top + box.height / 2) at++;
    }
    return { option, at };
  };

  const begin = (option: string, press: Press<HTMLElement>): void => {
    const on = press.target instanceof Element ? press.target : null;
    const byTouch = press.pointerType === "touch" && !on?.closest("[data-handle]");
    if (settings.disabled || press.button !== 0 || byTouch || on?.closest("button")) return;
    stop.current?.();
    const { pointerId, clientY } = press;
    let moved = false;
    const heard = new AbortController();
    const end = (): void => {
      heard.abort();
      stop.current = null;
      setDrag(null);
    };
    const hear = (type: string, act: (event: PointerEvent) => void): void =>
      window.addEventListener(
        type,
        (event) => {
          if (event instanceof PointerEvent && event.pointerId === pointerId) act(event);
        },
        { signal: heard.signal },
      );
    hear("pointermove", (event) => {
      moved ||= Math.abs(event.clientY - clientY) >= threshold;
      if (moved) setDrag(aim(option, event.clientY));
    });
    hear("pointerup", (event) => {
      end();
      if (!moved) return;
      latest.current.onDrop(aim(option, event.clientY));
      // the click that follows is the end of the drag, not a choice
      const swallow = (click: MouseEvent): void => {
        click.preventDefault();
        click.stopPropagation();
      };
      window.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
    });
    hear("pointercancel", end);
    stop.current = end;
  };

  return { drag, begin };
}

import type { Boundaries } from "@qistas/annotate-core";
import {
  type MouseEvent,
  type PointerEvent,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useRef,
} from "react";
import type { TextPainter } from "./TextPainter";

interface Settings {
  root: RefObject<HTMLElement | null>;
  painter: RefObject<TextPainter | null>;
  boundaries: Boundaries;
  /** Where Shift and a click select from. */
  from: number | null;
  /** A selection was made with the mouse or pen; `exact` while Alt is held. */
  onSelected: (from: number, to: number, exact: boolean) => void;
  /** A finger moved the browser's own handles. */
  onTouched: (anchor: number, head: number) => void;
}

interface Handlers {
  onPointerDown: (event: PointerEvent) => void;
  onMouseDown: (event: MouseEvent) => void;
}

/**
 * Selecting with the mouse by where it went down and where it is now. The browser's own drag is not used: in
 * right-to-left lines it can lose its starting point, and then selects nothing.
 */
export function usePointerSelection(settings: Settings): Handlers {
  const latest = useRef(settings);
  const byTouch = useRef(false);
  useLayoutEffect(() => {
    latest.current = settings;
  });

  useEffect(() => {
    const onSelection = (): void => {
      if (!byTouch.current) return;
      const { painter, onTouched } = latest.current;
      const selection = getSelection();
      if (!selection?.anchorNode || !selection.focusNode || selection.isCollapsed) return;
      const anchor = painter.current?.unitOf(selection.anchorNode, selection.anchorOffset);
      const head = painter.current?.unitOf(selection.focusNode, selection.focusOffset);
      if (anchor !== undefined && head !== undefined) onTouched(anchor, head);
    };
    document.addEventListener("selectionchange", onSelection);
    return () => document.removeEventListener("selectionchange", onSelection);
  }, []);

  return {
    onPointerDown: (event) => {
      byTouch.current = event.pointerType === "touch";
    },
    onMouseDown: (event) => {
      const { root, painter, boundaries, from } = latest.current;
      const down = painter.current?.unitAt(event.clientX, event.clientY);
      if (event.button !== 0 || byTouch.current || down === undefined) return;
      event.preventDefault();
      root.current?.focus({ preventScroll: true });
      const whole =
        event.detail === 2 ? boundaries.wordAt(down) : event.detail > 2 ? lineAt(boundaries, down) : null;
      const anchor = event.shiftKey && from !== null ? from : (whole?.start ?? down);
      let head = whole?.end ?? down;
      const show = (): void => {
        const range = painter.current?.rangeOf(Math.min(anchor, head), Math.max(anchor, head));
        const selection = getSelection();
        if (!range || !selection) return;
        selection.removeAllRanges();
        if (anchor !== head) selection.addRange(range);
      };
      const onMove = (moved: globalThis.MouseEvent): void => {
        const at = painter.current?.unitAt(moved.clientX, moved.clientY);
        if (at === undefined || whole) return;
        head = at;
        show();
        painter.current?.reveal(head);
      };
      const onUp = (up: globalThis.MouseEvent): void => {
        removeEventListener("mousemove", onMove);
        removeEventListener("mouseup", onUp);
        latest.current.onSelected(anchor, head, up.altKey);
      };
      show();
      addEventListener("mousemove", onMove);
      addEventListener("mouseup", onUp);
    },
  };
}

function lineAt({ text }: Boundaries, at: number): { start: number; end: number } {
  const end = text.indexOf("\n", at);
  return { start: text.lastIndexOf("\n", at - 1) + 1, end: end < 0 ? text.length : end };
}

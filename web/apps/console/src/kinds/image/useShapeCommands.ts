import type { ImageSurface } from "@qistas/annotate-canvas";
import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import type { Labelled, Shapes } from "./useShapes";

interface Surface extends ImageSurface {
  reveal(index: number): void;
  /** True when something was under way and is given up. */
  cancel(): boolean;
}

interface Settings<Shape extends Labelled> {
  drawn: Shapes<Shape>;
  host: RefObject<HTMLElement | null>;
  surface: RefObject<Surface | null>;
  /** What is said of a shape that was taken away. */
  removed: (shape: Shape) => string;
  /** Takes the key of removal first: true when a part was removed. `bound`: no shape is chosen that may be changed. */
  removePart?: (bound: boolean) => boolean;
}

/** The commands of drawing that are the same for every form; what is returned serves those that are not. */
export function useShapeCommands<Shape extends Labelled>({
  drawn,
  host,
  surface,
  removed,
  removePart = () => false,
}: Settings<Shape>) {
  const { t } = useTranslation("annotate");
  const { scope, question, slot, shapes, selected, setSnap } = drawn;
  const { snap, readOnly } = drawn.shown;
  const { dispatcher, regions, atHand, announce } = scope;

  const takeLabel = useRef<(name: string) => boolean>(() => false);
  useEffect(() => {
    takeLabel.current = (name) => {
      const shape = selected === null ? undefined : shapes[selected];
      if (selected === null || !shape || readOnly) return false;
      drawn.replace(selected, { ...shape, label: name });
      drawn.tell({ ...shape, label: name });
      return true;
    };
  });
  useEffect(
    () => regions.takeLabels(question.name, (name) => takeLabel.current(name)),
    [regions, question.name],
  );

  const here = (act: () => boolean) => () =>
    host.current?.closest("[data-scope]")?.contains(document.activeElement) || atHand === question.name
      ? act()
      : false;
  const ofSelected = (act: (shape: Shape, index: number) => void) =>
    here(() => {
      const shape = selected === null ? undefined : shapes[selected];
      if (!shape || selected === null) return false;
      act(shape, selected);
      return true;
    });
  const walk = (direction: 1 | -1) =>
    here(() => {
      if (shapes.length === 0) return false;
      const from = selected ?? (direction > 0 ? -1 : 0);
      const index = (from + direction + shapes.length) % shapes.length;
      drawn.choose(shapes[index]);
      surface.current?.reveal(index);
      return true;
    });
  useCommands(dispatcher, {
    snapEdges: here(() => {
      setSnap(!snap);
      announce(t(snap ? "image.snapOff" : "image.snapOn"));
      return true;
    }),
    hideRegion: ofSelected((shape) => regions.toggle(question.name, "hidden", shape)),
    lockRegion: ofSelected((shape) => regions.toggle(question.name, "locked", shape)),
    nextRegion: walk(1),
    previousRegion: walk(-1),
    removeRegion: here(() => {
      const shape = selected === null ? undefined : shapes[selected];
      const bound = !shape || readOnly || slot.locked.has(shape);
      if (removePart(bound)) return true;
      if (bound || selected === null) return false;
      drawn.remove(selected);
      announce(removed(shape));
      return true;
    }),
    leaveRegion: here(() => {
      if (surface.current?.cancel()) return true;
      if (selected !== null) {
        regions.change(question.name, { selected: null });
        return true;
      }
      if (slot.pen === null) return false;
      regions.change(question.name, { pen: null });
      return true;
    }),
  });
  return { here, ofSelected };
}

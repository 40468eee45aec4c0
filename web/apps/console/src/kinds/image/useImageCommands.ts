import type { ImageSurface } from "@qistas/annotate-canvas";
import type { Dispatcher } from "@qistas/annotate-core";
import type { RefObject } from "react";
import { useCommands } from "../../flow/annotate/commands/useCommand";
import type { Light } from "./ImageTools";

interface Settings {
  dispatcher: Dispatcher;
  host: RefObject<HTMLElement | null>;
  surface: RefObject<ImageSurface | null>;
  light: Light;
  onLight: (light: Light) => void;
  hand: boolean;
  onHand: (on: boolean) => void;
}

/** The commands of any image, drawn upon or not. */
export function useImageCommands({
  dispatcher,
  host,
  surface,
  light,
  onLight,
  hand,
  onHand,
}: Settings): void {
  // a button of the toolbar belongs to its own image; a key to the image with the focus
  const on = (act: (on: ImageSurface) => unknown) => () => {
    const element = host.current?.closest("[data-scope]");
    if (!surface.current || !element?.contains(document.activeElement)) return false;
    act(surface.current);
    return true;
  };
  const lit = (what: keyof Light, by: number) =>
    on(() =>
      onLight({ ...light, [what]: Math.min(3, Math.max(0.2, Number((light[what] + by).toFixed(1)))) }),
    );
  const move = (dx: number, dy: number) => on((drawn) => drawn.nudge(dx, dy));
  useCommands(dispatcher, {
    zoomIn: on((drawn) => drawn.zoom(1.25)),
    zoomOut: on((drawn) => drawn.zoom(0.8)),
    zoomFit: on((drawn) => drawn.zoomFit()),
    zoomWhole: on((drawn) => drawn.zoomWhole()),
    panTool: on(() => onHand(!hand)),
    brighter: lit("brightness", 0.1),
    darker: lit("brightness", -0.1),
    moreContrast: lit("contrast", 0.1),
    lessContrast: lit("contrast", -0.1),
    moveLeft: move(-1, 0),
    moveRight: move(1, 0),
    moveUp: move(0, -1),
    moveDown: move(0, 1),
    moveFarLeft: move(-10, 0),
    moveFarRight: move(10, 0),
    moveFarUp: move(0, -10),
    moveFarDown: move(0, 10),
  });
}

import type { KindName } from "@qistas/annotate-core";
import { box } from "./box";
import { choice } from "./choice";
import { pairwise } from "./pairwise";
import { polygon } from "./polygon";
import { ranking } from "./ranking";
import { rating } from "./rating";
import { span } from "./span";
import { text } from "./text";
import type { KindWidget } from "./widget";

/** The registry of kinds of the console: the only place that names them all. */
const widgets: { readonly [K in KindName]: KindWidget<K> } = {
  choice,
  rating,
  text,
  span,
  box,
  polygon,
  pairwise,
  ranking,
};

export function widgetOf<K extends KindName>(kind: K): KindWidget<K> {
  return widgets[kind];
}

export type { CompareProps, EditorProps, KindWidget, SurfaceProps, ViewProps } from "./widget";

import { ShapeCounts } from "../image/ShapeCounts";
import type { KindWidget } from "../widget";
import { PolygonCompare } from "./PolygonCompare";
import { PolygonEditor } from "./PolygonEditor";
import { PolygonSurfaceView } from "./PolygonSurfaceView";

export const polygon: KindWidget<"polygon"> = {
  Editor: PolygonEditor,
  View: ({ question, value, title }) => (
    <ShapeCounts question={question} title={title} shapes={value.polygons} />
  ),
  Compare: PolygonCompare,
  Surface: PolygonSurfaceView,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

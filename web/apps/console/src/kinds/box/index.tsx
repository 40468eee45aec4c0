import { ShapeCounts } from "../image/ShapeCounts";
import type { KindWidget } from "../widget";
import { BoxCompare } from "./BoxCompare";
import { BoxEditor } from "./BoxEditor";
import { BoxSurfaceView } from "./BoxSurfaceView";

export const box: KindWidget<"box"> = {
  Editor: BoxEditor,
  View: ({ question, value, title }) => (
    <ShapeCounts question={question} title={title} shapes={value.boxes} />
  ),
  Compare: BoxCompare,
  Surface: BoxSurfaceView,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

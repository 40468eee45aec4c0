import type { KindWidget } from "../widget";
import { SpanCompare } from "./SpanCompare";
import { SpanEditor } from "./SpanEditor";
import { SpanSurface } from "./SpanSurface";
import { SpanView } from "./SpanView";

export const span: KindWidget<"span"> = {
  Editor: SpanEditor,
  View: SpanView,
  Compare: SpanCompare,
  Surface: SpanSurface,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

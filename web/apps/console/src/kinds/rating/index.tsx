import type { KindWidget } from "../widget";
import { RatingCompare } from "./RatingCompare";
import { RatingEditor } from "./RatingEditor";
import { RatingView } from "./RatingView";

export const rating: KindWidget<"rating"> = {
  Editor: RatingEditor,
  View: RatingView,
  Compare: RatingCompare,
  choose: (_question, value, option) =>
    value?.value === Number(option) ? undefined : { value: Number(option) },
  optionTitle: (_question, option) => option,
};

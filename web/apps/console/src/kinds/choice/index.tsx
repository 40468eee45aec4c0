import { CompareRows } from "../CompareRows";
import type { KindWidget } from "../widget";
import { ChoiceEditor } from "./ChoiceEditor";
import { ChoiceView } from "./ChoiceView";
import { chooseLabel } from "./chooseLabel";

export const choice: KindWidget<"choice"> = {
  Editor: ChoiceEditor,
  View: ChoiceView,
  Compare: ({ question, voices, data, title }) => (
    <CompareRows
      question={question}
      voices={voices}
      show={(value) => <ChoiceView question={question} value={value as never} data={data} title={title} />}
    />
  ),
  choose: chooseLabel,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

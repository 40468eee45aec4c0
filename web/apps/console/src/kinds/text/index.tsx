import { CompareRows } from "../CompareRows";
import type { KindWidget, ViewProps } from "../widget";
import classes from "./Text.module.css";
import { TextEditor } from "./TextEditor";

function TextView({ value }: ViewProps<"text">) {
  return (
    <p className={classes.view} dir="auto">
      {value.text}
    </p>
  );
}

export const text: KindWidget<"text"> = {
  Editor: TextEditor,
  View: TextView,
  Compare: ({ question, voices, data, title }) => (
    <CompareRows
      question={question}
      voices={voices}
      show={(value) => <TextView question={question} value={value as never} data={data} title={title} />}
    />
  ),
};

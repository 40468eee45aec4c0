import { rankNext } from "@qistas/annotate-core";
import { CompareRows } from "../CompareRows";
import type { KindWidget } from "../widget";
import { RankingEditor } from "./RankingEditor";
import { RankingView } from "./RankingView";

export const ranking: KindWidget<"ranking"> = {
  Editor: RankingEditor,
  View: RankingView,
  Compare: ({ question, voices, data, title }) => (
    <CompareRows
      question={question}
      voices={voices}
      show={(value) => <RankingView question={question} value={value as never} data={data} title={title} />}
    />
  ),
  choose: rankNext,
  optionTitle: (question, option) => question.labels.find((label) => label.name === option)?.title,
};

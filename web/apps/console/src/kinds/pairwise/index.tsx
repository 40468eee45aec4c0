import { pairwiseScale, samePreference } from "@qistas/annotate-core";
import { useTranslation } from "react-i18next";
import { CompareRows } from "../CompareRows";
import type { KindWidget, ViewProps } from "../widget";
import { PairwiseEditor } from "./PairwiseEditor";
import { preferenceWords } from "./words";

function PairwiseView({ question, value }: ViewProps<"pairwise">) {
  const { t } = useTranslation("annotate");
  return (
    <span>
      <bdi>{preferenceWords(question, value, (field) => field, t)}</bdi>
    </span>
  );
}

export const pairwise: KindWidget<"pairwise"> = {
  Editor: PairwiseEditor,
  View: PairwiseView,
  Compare: ({ question, voices, data, title }) => (
    <CompareRows
      question={question}
      voices={voices}
      show={(value) => <PairwiseView question={question} value={value as never} data={data} title={title} />}
    />
  ),
  choose: (question, value, option) => {
    const chosen = pairwiseScale(question)[Number(option)];
    return samePreference(chosen, value) ? undefined : chosen;
  },
};

import { Kbd } from "@mantine/core";
import type { Ontology } from "@qistas/api";
import { useTranslation } from "react-i18next";
import type { Said } from "../../data/quality";
import { useFormat } from "../../parts/format";
import { inLanguage } from "../../parts/text";
import classes from "./Disagreement.module.css";
import { sameForm, valueInWords } from "./valueInWords";

interface Props {
  ontology: Ontology;
  said: Said;
  chosen?: number;
  onChoose?: (place: number) => void;
}

/** Who said what, question by question: the cells that differ from the rest stand out in shape and colour. */
export function Disagreement({ ontology, said, chosen, onChoose }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const { annotations } = said;
  const questions = ontology.questions.filter((question) =>
    annotations.some((annotation) => annotation.answer[question.name] !== undefined),
  );
  return (
    <div className={classes.scroll}>
      <table className={classes.table} aria-label={t("review.disagreement")}>
        <thead>
          <tr>
            <th scope="col">{t("quality.question")}</th>
            {annotations.map((annotation, place) => (
              <th key={annotation.id} scope="col" data-chosen={chosen === place || undefined}>
                {onChoose ? (
                  <button
                    type="button"
                    className={classes.who}
                    onClick={() => onChoose(place)}
                    aria-pressed={chosen === place}
                  >
                    {place < 9 ? <Kbd size="xs">{place + 1}</Kbd> : null} <bdi>{annotation.annotator}</bdi>
                  </button>
                ) : (
                  <bdi>{annotation.annotator}</bdi>
                )}
                <span className={classes.seconds}>{format.duration(annotation.seconds)}</span>
              </th>
            ))}
            <th scope="col">{t("quality.consensus")}</th>
          </tr>
        </thead>
        <tbody>
          {questions.map((question) => {
            const forms = annotations.map((annotation) => sameForm(annotation.answer[question.name]));
            const counts = new Map<string, number>();
            for (const form of forms) counts.set(form, (counts.get(form) ?? 0) + 1);
            const most = Math.max(...counts.values());
            const leaders = [...counts.values()].filter((count) => count === most).length;
            const text = question.field ? said.item.data[question.field] : undefined;
            const words = (value: unknown) =>
              valueInWords(value, question, i18n.language, typeof text === "string" ? text : undefined);
            const consensus = said.consensus.find((each) => each.question === question.name);
            return (
              <tr key={question.name}>
                <th scope="row">
                  <bdi>{inLanguage(question.title, i18n.language, question.name)}</bdi>
                </th>
                {annotations.map((annotation, place) => {
                  const count = counts.get(forms[place] ?? "") ?? 0;
                  const differs =
                    counts.size > 1 &&
                    (consensus ? forms[place] !== sameForm(consensus.value) : count < most || leaders > 1);
                  return (
                    <td
                      key={annotation.id}
                      data-differs={differs || undefined}
                      data-chosen={chosen === place || undefined}
                    >
                      {differs ? <span aria-hidden="true">≠ </span> : null}
                      <bdi>{words(annotation.answer[question.name])}</bdi>
                    </td>
                  );
                })}
                <td className={classes.consensus}>
                  {consensus ? (
                    <>
                      <bdi>{words(consensus.value)}</bdi>{" "}
                      <span className={classes.seconds}>
                        {t("review.confidence", { value: format.percent(consensus.confidence) })}
                      </span>
                    </>
                  ) : (
                    "–"
                  )}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

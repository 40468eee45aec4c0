import { Text } from "@mantine/core";
import type { OntologyQuestion, QuestionQuality } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { Confusion } from "../../charts/Confusion";
import { DoubtHistogram } from "../../charts/DoubtHistogram";
import { IntervalLine } from "../../charts/IntervalLine";
import { LabelBars } from "../../charts/LabelBars";
import { Estimate } from "../../parts/Estimate";
import { Exact } from "../../parts/Exact";
import { useFormat } from "../../parts/format";
import { useMethodWords } from "../../parts/methodWords";
import { Sheet } from "../../parts/Sheet";
import { useServerWords } from "../../parts/serverWords";
import { inLanguage } from "../../parts/text";
import classes from "./QuestionQualityCard.module.css";

interface Props {
  quality: QuestionQuality;
  question: OntologyQuestion | undefined;
  onDoubt: (least: number | null) => void;
}

/** One question: how far annotators agree, what they chose, how much doubt is left. */
export function QuestionQualityCard({ quality, question, onDoubt }: Props) {
  const { t, i18n } = useTranslation();
  const server = useServerWords();
  const format = useFormat();
  const methodWords = useMethodWords();
  const { agreement, doubt, labels, confusion } = quality;
  const titleOf = (name: string) =>
    inLanguage(question?.labels?.find((label) => label.name === name)?.title, i18n.language, name);
  const colourOf = (name: string) => question?.labels?.find((label) => label.name === name)?.colour;
  return (
    <Sheet
      title={<bdi>{inLanguage(question?.title, i18n.language, quality.name)}</bdi>}
      note={`${t(`kinds.${quality.kind}`, { defaultValue: quality.kind })} · ${t("quality.consensusOn", { n: format.whole(quality.consensus) })}`}
    >
      <div className={classes.columns}>
        <div>
          <h3 className={classes.head}>{t("quality.agreement")}</h3>
          {agreement && agreement.value !== null ? (
            <>
              <Text fz="1.375rem" lh={1.3}>
                <Estimate {...agreement} />
              </Text>
              {agreement.low !== null && agreement.high !== null ? (
                <IntervalLine
                  value={agreement.value}
                  low={agreement.low}
                  high={agreement.high}
                  from={Math.min(0, agreement.low)}
                  marks={[0, 0.667, 0.8]}
                  label={t("quality.agreement")}
                />
              ) : null}
              <Text size="sm" c="dimmed" mt={4}>
                {t(`metrics.${agreement.metric.replace(/[^a-z0-9]+/gi, "_")}`, {
                  defaultValue: agreement.metric,
                })}{" "}
                · {t("quality.onItems", { n: format.whole(agreement.n_items) })}
              </Text>
              <Text size="sm" c="dimmed">
                {t(`quality.reading_${reading(agreement.value)}`)}
              </Text>
              {agreement.warning ? (
                <Text size="sm" c="dimmed" dir="auto" ta="start">
                  {server.sentence(agreement.warning)}
                </Text>
              ) : null}
            </>
          ) : (
            <Text size="sm" c="dimmed">
              {t("quality.noAgreement")}
            </Text>
          )}
          {quality.method ? (
            <Text size="sm" mt="xs">
              {t("quality.method", { method: methodWords(quality.method) })}
            </Text>
          ) : null}
          {quality.explanation ? (
            <Explanation method={quality.method ?? ""} sentence={quality.explanation} />
          ) : null}
        </div>
        <div>
          <h3 className={classes.head}>{t("quality.labels")}</h3>
          {labels.length ? (
            <LabelBars
              label={t("quality.labels")}
              rows={labels.slice(0, 12).map((label) => ({
                ...label,
                title: titleOf(label.name),
                colour: colourOf(label.name),
              }))}
            />
          ) : (
            <Text size="sm" c="dimmed">
              {t(question && !question.labels?.length ? "quality.noLabels" : "charts.noAnswers")}
            </Text>
          )}
        </div>
        <div>
          <h3 className={classes.head}>{t("quality.doubt")}</h3>
          {doubt ? (
            <DoubtHistogram {...doubt} chosen={null} onChoose={onDoubt} />
          ) : (
            <Text size="sm" c="dimmed">
              {t("charts.noDoubt")}
            </Text>
          )}
        </div>
        {confusion && confusion.labels.length > 1 ? (
          <div className={classes.confusion}>
            <h3 className={classes.head}>{t("quality.confusion")}</h3>
            <Confusion {...confusion} titleOf={titleOf} caption={t("quality.confusionWords")} />
          </div>
        ) : null}
      </div>
    </Sheet>
  );
}

/** The customary reading of Krippendorff's alpha (Krippendorff 2004, p. 241). */
function reading(alpha: number): "reliable" | "tentative" | "low" {
  if (alpha >= 0.8) return "reliable";
  return alpha >= 0.667 ? "tentative" : "low";
}

/** How the method came to its answers; the server's sentence, which names numbers, folded under it in another language. */
function Explanation({ method, sentence }: { method: string; sentence: string }) {
  const { words, exact } = useServerWords().explanation(method, sentence);
  return (
    <>
      <Text size="sm" c="dimmed" dir="auto" ta="start">
        {words}
      </Text>
      <Exact words={exact} />
    </>
  );
}

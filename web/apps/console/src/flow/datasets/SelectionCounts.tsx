import { Stack, Text } from "@mantine/core";
import type { OntologyQuestion, SelectionCount } from "@qistas/api";
import type { UseQueryResult } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { LabelBars } from "../../charts/LabelBars";
import { Answered } from "../../parts/Answered";
import { Figure } from "../../parts/Figure";
import { useFormat } from "../../parts/format";
import { inLanguage } from "../../parts/text";
import { LeftOut } from "./LeftOut";

interface Props {
  projectId: string;
  query: UseQueryResult<SelectionCount>;
  questions: OntologyQuestion[];
}

/** Entries as the ontology orders their names; the server's order is that of no reader. */
function inOrder<Value>(entries: [string, Value][], named: { name: string }[]): [string, Value][] {
  const places = new Map(named.map((each, place) => [each.name, place]));
  const place = ([name]: [string, Value]) => places.get(name) ?? named.length;
  return entries.toSorted((one, other) => place(one) - place(other));
}

/** What the selection takes in: items, labels, splits. */
export function SelectionCounts({ projectId, query, questions }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return (
    <Answered query={query} rows={5}>
      {(data) => (
        <Stack gap="md" aria-live="polite" aria-busy={query.isPlaceholderData}>
          <Figure
            label={t("counts.items")}
            value={format.whole(data.items)}
            note={data.complete ? undefined : t("datasets.firstPart")}
          />
          <LeftOut projectId={projectId} rows={data.left_out} questions={questions} />
          {inOrder(Object.entries(data.by_label), questions).map(([name, counts]) => {
            const question = questions.find((each) => each.name === name);
            const title = inLanguage(question?.title, i18n.language, name);
            return (
              <div key={name}>
                <Text size="sm" fw={500} mb={4}>
                  <bdi>{title}</bdi>
                </Text>
                <LabelBars
                  label={title}
                  rows={inOrder(Object.entries(counts), question?.labels ?? []).map(([label, count]) => {
                    const known = question?.labels?.find((each) => each.name === label);
                    return {
                      name: label,
                      title: inLanguage(known?.title, i18n.language, label),
                      count,
                      colour: known?.colour,
                    };
                  })}
                />
              </div>
            );
          })}
          {Object.keys(data.by_split).length ? (
            <div>
              <Text size="sm" fw={500} mb={4}>
                {t("datasets.splits")}
              </Text>
              <LabelBars
                label={t("datasets.splits")}
                rows={Object.entries(data.by_split).map(([name, count]) => ({
                  name,
                  title: name || t("datasets.noSplit"),
                  count,
                }))}
              />
            </div>
          ) : null}
        </Stack>
      )}
    </Answered>
  );
}

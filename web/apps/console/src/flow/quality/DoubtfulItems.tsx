import { Button, Select, Table, Text } from "@mantine/core";
import type { OntologyQuestion } from "@qistas/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { doubtfulQuery } from "../../data/quality";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { useMethodWords } from "../../parts/methodWords";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { inLanguage } from "../../parts/text";
import { Waiting } from "../../parts/Waiting";
import { valueInWords } from "../review/valueInWords";
import { ItemAnswers } from "./ItemAnswers";

interface Props {
  projectId: string;
  questions: OntologyQuestion[];
  doubt: { question: string; least: number } | null;
  onDoubt: (doubt: { question: string; least: number } | null) => void;
}

/** Items with their consensus, the most doubtful first. */
export function DoubtfulItems({ projectId, questions, doubt, onDoubt }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const methodWords = useMethodWords();
  const [question, setQuestion] = useState<string | null>(doubt?.question ?? null);
  const asked = question ?? questions[0]?.name ?? "";
  const [open, setOpen] = useState<string | null>(null);
  const list = useInfiniteQuery({
    ...doubtfulQuery(projectId, asked, doubt?.least ?? 0),
    enabled: asked !== "",
  });
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const questionOf = (name: string) => questions.find((each) => each.name === name);
  return (
    <Sheet
      flush
      title={
        doubt ? (
          <Button size="compact-sm" variant="default" onClick={() => onDoubt(null)}>
            {t("quality.leastDoubt", { value: format.percent(doubt.least) })} ×
          </Button>
        ) : undefined
      }
      actions={
        <Select
          aria-label={t("quality.question")}
          size="xs"
          allowDeselect={false}
          data={questions.map((each) => ({
            value: each.name,
            label: inLanguage(each.title, i18n.language, each.name),
          }))}
          value={asked}
          onChange={setQuestion}
        />
      }
    >
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <Waiting rows={6} /> : null}
      {list.data && rows.length === 0 ? (
        <Empty icon="quality" title={t("quality.noItems")}>
          {t("quality.noneWords")}
        </Empty>
      ) : null}
      {rows.length ? (
        <Table highlightOnHover aria-label={t("quality.items")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("quality.item")}</Table.Th>
              <Table.Th>{t("projects.state")}</Table.Th>
              <Table.Th>{t("quality.consensus")}</Table.Th>
              <Table.Th ta="end">{t("quality.confidence")}</Table.Th>
              <Table.Th ta="end">{t("quality.doubt")}</Table.Th>
              <Table.Th ta="end">{t("quality.support")}</Table.Th>
              <Table.Th>{t("quality.byMethod")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={`${row.item_id} ${row.question}`}>
                <Table.Td maw={320}>
                  <Text size="sm" dir="auto" lineClamp={2}>
                    {row.preview || row.external_id || "–"}
                  </Text>
                </Table.Td>
                <Table.Td>
                  <State
                    state={row.settled ? "done" : row.disputed ? "waiting" : "consensus"}
                    label={t(
                      row.settled ? "quality.settled" : row.disputed ? "quality.disputed" : "quality.agreed",
                    )}
                  />
                </Table.Td>
                <Table.Td>
                  <bdi>{valueInWords(row.value, questionOf(row.question), i18n.language)}</bdi>
                </Table.Td>
                <Table.Td ta="end">{format.percent(row.confidence)}</Table.Td>
                <Table.Td ta="end">{format.percent(row.doubt)}</Table.Td>
                <Table.Td ta="end">
                  {t("queue.answersOf", { n: format.whole(row.support), wanted: format.whole(row.answers) })}
                </Table.Td>
                <Table.Td>{methodWords(row.method)}</Table.Td>
                <Table.Td ta="end">
                  <Button size="compact-sm" variant="default" onClick={() => setOpen(row.item_id)}>
                    {t("quality.look")}
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <MoreRows list={list} />
      {open ? <ItemAnswers projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

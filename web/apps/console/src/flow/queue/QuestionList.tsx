import { Anchor, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { questionsQuery } from "../../data/queue";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { Waiting } from "../../parts/Waiting";
import { ItemDialog } from "../sources/ItemDialog";

/** What annotators asked from inside a task. */
export function QuestionList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const list = useInfiniteQuery(questionsQuery(projectId));
  const [open, setOpen] = useState<string | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Sheet flush>
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <Waiting rows={4} /> : null}
      {list.data && rows.length === 0 ? (
        <Empty icon="question" title={t("queue.noQuestions")}>
          {t("queue.noQuestionsWords")}
        </Empty>
      ) : null}
      {rows.length ? (
        <Table aria-label={t("queue.questions")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("queue.question")}</Table.Th>
              <Table.Th>{t("queue.askedBy")}</Table.Th>
              <Table.Th>{t("queue.item")}</Table.Th>
              <Table.Th ta="end">{t("queue.since")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <span dir="auto" style={{ whiteSpace: "pre-wrap" }}>
                    {row.text}
                  </span>
                </Table.Td>
                <Table.Td>
                  <bdi>{row.asked_by}</bdi>
                </Table.Td>
                <Table.Td>
                  {row.item_id ? (
                    <Anchor component="button" type="button" onClick={() => setOpen(row.item_id ?? null)}>
                      {t("queue.openItem")}
                    </Anchor>
                  ) : null}
                </Table.Td>
                <Table.Td ta="end">
                  <Text span size="sm" c="dimmed">
                    {format.ago(row.created_at)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <MoreRows list={list} />
      {open ? <ItemDialog projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

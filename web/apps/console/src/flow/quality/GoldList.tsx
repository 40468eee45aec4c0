import { Button, Table } from "@mantine/core";
import type { Gold } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { goldQuery, useRemoveGold } from "../../data/quality";
import { Answered } from "../../parts/Answered";
import { ask, say, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { Sheet } from "../../parts/Sheet";
import { inLanguage } from "../../parts/text";
import { valueInWords } from "../review/valueInWords";
import { ItemDialog } from "../sources/ItemDialog";
import { PlantGold } from "./PlantGold";

/** Items with a known answer, given to annotators unseen. */
export function GoldList({ projectId }: { projectId: string }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const gold = useQuery(goldQuery(projectId));
  const ontology = useQuery(ontologyQuery(projectId));
  const remove = useRemoveGold(projectId);
  const [planting, setPlanting] = useState(false);
  const [open, setOpen] = useState<string | null>(null);
  const plant = <Button onClick={() => setPlanting(true)}>{t("gold.plant")}</Button>;
  const words = (row: Gold) =>
    (ontology.data?.document.questions ?? [])
      .filter((question) => row.answer[question.name] !== undefined)
      .map(
        (question) =>
          `${inLanguage(question.title, i18n.language, question.name)}: ${valueInWords(row.answer[question.name], question, i18n.language)}`,
      )
      .join(" | ");
  return (
    <Sheet flush actions={gold.data?.rows.length ? plant : null}>
      <Answered query={gold} rows={4}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="gold" title={t("gold.none")} actions={plant}>
              {t("gold.noneWords")}
            </Empty>
          ) : (
            <Table aria-label={t("quality.gold")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("gold.answer")}</Table.Th>
                  <Table.Th ta="end">{t("gold.seen")}</Table.Th>
                  <Table.Th ta="end">{t("gold.score")}</Table.Th>
                  <Table.Th>{t("gold.since")}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td>
                      <bdi>{words(row)}</bdi>
                    </Table.Td>
                    <Table.Td ta="end">{format.whole(row.seen)}</Table.Td>
                    <Table.Td ta="end">{row.score === null ? "–" : format.percent(row.score)}</Table.Td>
                    <Table.Td>{format.dateTime(row.planted_at)}</Table.Td>
                    <Table.Td ta="end">
                      <Button size="compact-sm" variant="default" me={6} onClick={() => setOpen(row.item_id)}>
                        {t("queue.openItem")}
                      </Button>
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() =>
                          ask(t("gold.remove"), t("gold.removeWords"), t("gold.remove"), () =>
                            remove.mutate(row.id, {
                              onSuccess: () => say(t("gold.removed")),
                              onError: sayProblem,
                            }),
                          )
                        }
                      >
                        {t("gold.remove")}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
      {planting ? <PlantGold projectId={projectId} onClose={() => setPlanting(false)} /> : null}
      {open ? <ItemDialog projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

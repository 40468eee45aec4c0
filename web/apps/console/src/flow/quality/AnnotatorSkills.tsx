import { Badge, Group, Table } from "@mantine/core";
import type { AnnotatorQuality } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { IntervalLine } from "../../charts/IntervalLine";
import { Empty } from "../../parts/Empty";
import { Estimate } from "../../parts/Estimate";
import { useFormat } from "../../parts/format";
import { Sheet } from "../../parts/Sheet";

/** Each annotator: how much, how fast, how reliable (with the interval), and on gold. */
export function AnnotatorSkills({ rows }: { rows: AnnotatorQuality[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Sheet flush>
      {rows.length === 0 ? (
        <Empty icon="members" title={t("road.noAnnotators")}>
          {t("road.noAnnotatorsWords")}
        </Empty>
      ) : (
        <Table aria-label={t("quality.annotators")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("person.name")}</Table.Th>
              <Table.Th ta="end">{t("counts.answers")}</Table.Th>
              <Table.Th ta="end">{t("quality.seconds")}</Table.Th>
              <Table.Th w={240}>{t("quality.skill")}</Table.Th>
              <Table.Td />
              <Table.Th ta="end">{t("quality.gold")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <bdi>{row.name}</bdi>
                </Table.Td>
                <Table.Td ta="end">{format.whole(row.answers)}</Table.Td>
                <Table.Td ta="end">
                  {row.seconds_median === null ? "–" : format.duration(row.seconds_median)}
                </Table.Td>
                <Table.Td>
                  {row.skill ? <IntervalLine {...row.skill} label={t("quality.skill")} /> : null}
                </Table.Td>
                <Table.Td>
                  <Estimate {...(row.skill ?? { value: null, low: null, high: null })} percent />
                </Table.Td>
                <Table.Td ta="end">
                  {row.gold.total
                    ? t("quality.goldOf", {
                        right: format.whole(row.gold.right),
                        total: format.whole(row.gold.total),
                      })
                    : "–"}
                </Table.Td>
                <Table.Td>
                  <Group gap={4}>
                    {row.flags.map((flag) => (
                      <Badge
                        key={flag}
                        color="orange"
                        variant="light"
                        tt="none"
                        style={{ color: "var(--ink)" }}
                      >
                        {t(`flags.${flag}`, { defaultValue: flag })}
                      </Badge>
                    ))}
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Sheet>
  );
}

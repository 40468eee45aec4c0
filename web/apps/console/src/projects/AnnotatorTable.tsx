import { Table } from "@mantine/core";
import type { Progress } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";

/** How many answers each annotator has given, and how long one takes them. */
export function AnnotatorTable({ rows }: { rows: Progress["annotators"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (rows.length === 0)
    return (
      <Empty icon="members" title={t("road.noAnnotators")}>
        {t("road.noAnnotatorsWords")}
      </Empty>
    );
  const most = Math.max(1, ...rows.map((row) => row.answers));
  return (
    <Table aria-label={t("road.annotators")}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("person.name")}</Table.Th>
          <Table.Th w="40%" aria-hidden="true" />
          <Table.Th ta="end">{t("counts.answers")}</Table.Th>
          <Table.Th ta="end">{t("road.secondsMedian")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td>
              <bdi>{row.name}</bdi>
            </Table.Td>
            <Table.Td aria-hidden="true">
              <div
                style={{
                  width: `${(row.answers / most) * 100}%`,
                  height: 8,
                  borderRadius: 2,
                  background: "var(--accent-ink)",
                }}
              />
            </Table.Td>
            <Table.Td ta="end">{format.whole(row.answers)}</Table.Td>
            <Table.Td ta="end">
              {row.seconds_median === null ? "–" : format.duration(row.seconds_median)}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

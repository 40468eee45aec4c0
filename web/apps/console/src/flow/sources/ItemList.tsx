import { Anchor, Group, Select, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { itemPagesQuery, itemStates } from "../../data/sources";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { Waiting } from "../../parts/Waiting";
import { briefly } from "./briefly";
import { ItemDialog } from "./ItemDialog";

/** The project's items, a page at a time; one opens to be read or withdrawn. */
export function ItemList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [state, setState] = useState<(typeof itemStates)[number] | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const list = useInfiniteQuery(itemPagesQuery(projectId, { state }));
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Sheet
      flush
      actions={
        <Select
          aria-label={t("sources.itemState")}
          placeholder={t("sources.allItems")}
          size="xs"
          clearable
          allowDeselect={false}
          data={itemStates.map((value) => ({ value, label: t(`itemStates.${value}`) }))}
          value={state}
          onChange={(value) => setState(itemStates.find((each) => each === value) ?? null)}
        />
      }
    >
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <Waiting rows={8} /> : null}
      {list.data && rows.length === 0 ? (
        <Empty icon="sources" title={t("sources.noItems")}>
          {t("sources.noneWords")}
        </Empty>
      ) : null}
      {rows.length ? (
        <Table highlightOnHover aria-label={t("sources.items")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("sources.item")}</Table.Th>
              <Table.Th>{t("sources.externalId")}</Table.Th>
              <Table.Th>{t("sources.split")}</Table.Th>
              <Table.Th>{t("projects.state")}</Table.Th>
              <Table.Th ta="end">{t("sources.cameAt")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <Anchor component="button" type="button" ta="start" onClick={() => setOpen(row.id)}>
                    <span dir="auto">{inShort(row.data) || row.id}</span>
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <bdi>{row.external_id}</bdi>
                </Table.Td>
                <Table.Td>
                  <bdi>{row.split}</bdi>
                </Table.Td>
                <Table.Td>
                  <State
                    state={row.state}
                    label={t(`itemStates.${row.state}`, { defaultValue: row.state })}
                  />
                </Table.Td>
                <Table.Td ta="end">
                  <Text span size="sm" c="dimmed" title={format.dateTime(row.created_at)}>
                    {format.ago(row.created_at)}
                  </Text>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <Group justify="center">
        <MoreRows list={list} />
      </Group>
      {open ? <ItemDialog projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

/** An item in one line: its first field that has words. */
export function inShort(data: Record<string, unknown> | null): string {
  for (const value of Object.values(data ?? {})) {
    if (typeof value === "string" && value.trim()) return briefly(value, 90);
    if (Array.isArray(value)) return briefly(value, 90);
  }
  return "";
}

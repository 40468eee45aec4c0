import { Code, Table, Text } from "@mantine/core";
import type { Refusal } from "@qistas/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { refusalsQuery } from "../../data/sources";
import { Exact } from "../../parts/Exact";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { useServerWords } from "../../parts/serverWords";
import { Waiting } from "../../parts/Waiting";
import { briefly } from "./briefly";

interface Props {
  projectId: string;
  importId: string;
}

/** The rows that were refused: which line, why, and what to do. */
export function RefusalTable({ projectId, importId }: Props) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(refusalsQuery(projectId, importId));
  if (list.error) return <Problem error={list.error} retry={() => void list.refetch()} />;
  if (!list.data) return <Waiting rows={3} />;
  const rows = list.data.pages.flatMap((page) => page.rows);
  return (
    <>
      <RefusalRows rows={rows} label={t("sources.refusedRows")} />
      <MoreRows list={list} />
    </>
  );
}

interface RowsProps {
  rows: Refusal[];
  label: string;
}

/** Each row with its line, its reason and itself. */
export function RefusalRows({ rows, label }: RowsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Table aria-label={label}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t("sources.line")}</Table.Th>
          <Table.Th>{t("sources.field")}</Table.Th>
          <Table.Th>{t("sources.reason")}</Table.Th>
          <Table.Th visibleFrom="sm">{t("sources.raw")}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={`${row.line} ${row.field} ${row.code}`}>
            <Table.Td>{format.whole(row.line)}</Table.Td>
            <Table.Td>{row.field ? <bdi>{row.field}</bdi> : "–"}</Table.Td>
            <Table.Td>
              <Reason row={row} />
              <Text hiddenFrom="sm" size="xs" mt={4} component="div">
                <Raw text={row.raw} />
              </Text>
            </Table.Td>
            <Table.Td maw={360} visibleFrom="sm">
              <Raw text={row.raw} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

/** What stands between the cells of a row. Cells are told apart by it alone: one within quotes may be split, and reads the same. */
const between = /([,;\t|])/;

/** The row as it stood in the file: its order is the file's, from left to right, and each cell reads by its own words. */
function Raw({ text }: { text: string }) {
  return (
    <Code
      dir="ltr"
      style={{ display: "inline-block", whiteSpace: "pre-wrap", overflowWrap: "anywhere", textAlign: "left" }}
    >
      {briefly(text, 160)
        .split(between)
        .map((cell, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: cells have no name but their place
          <bdi key={place}>{cell}</bdi>
        ))}
    </Code>
  );
}

/** Why a row was refused and what to do, in the reader's language; the server's sentence, which names numbers and places, folded under it. */
function Reason({ row }: { row: Refusal }) {
  const { message, remedy } = useServerWords().refusal(row.code, row.reason, row.remedy);
  return (
    <>
      <Text size="sm" dir="auto" ta="start">
        {message.words}
      </Text>
      {remedy ? (
        <Text size="sm" c="dimmed" dir="auto" ta="start">
          {remedy}
        </Text>
      ) : null}
      <Exact words={message.exact} />
    </>
  );
}

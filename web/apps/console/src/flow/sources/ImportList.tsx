import { Anchor, Button, Group, Progress, Table, Text, VisuallyHidden } from "@mantine/core";
import type { Import } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { importsQuery, refusalsFile, useCancelImport, useRetryImport } from "../../data/sources";
import { Answered } from "../../parts/Answered";
import { ask, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { Ended } from "../../parts/Ended";
import { useFormat } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { RefusalTable } from "./RefusalTable";

/** Every import of the project, the latest first, with what came of each row. */
export function ImportList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const imports = useQuery(importsQuery(projectId));
  const [open, setOpen] = useState<string | null>(null);
  return (
    <Sheet flush>
      <Answered query={imports} rows={4} height={44}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="sources" title={t("sources.none")}>
              {t("sources.noneWords")}
            </Empty>
          ) : (
            <Table aria-label={t("sources.imports")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("sources.file")}</Table.Th>
                  <Table.Th>{t("projects.state")}</Table.Th>
                  <Table.Th w={200} visibleFrom="sm">
                    {t("sources.progress")}
                  </Table.Th>
                  <Table.Th ta="end">{t("sources.added")}</Table.Th>
                  <Table.Th ta="end" visibleFrom="sm">
                    {t("sources.duplicate")}
                  </Table.Th>
                  <Table.Th ta="end">{t("sources.refused")}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Fragment key={row.id}>
                    <ImportRow
                      projectId={projectId}
                      row={row}
                      open={open === row.id}
                      onOpen={() => setOpen(open === row.id ? null : row.id)}
                    />
                    {open === row.id ? (
                      <Table.Tr>
                        <Table.Td colSpan={7} bg="var(--ground)">
                          <RefusalTable projectId={projectId} importId={row.id} />
                        </Table.Td>
                      </Table.Tr>
                    ) : null}
                  </Fragment>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
    </Sheet>
  );
}

interface RowProps {
  projectId: string;
  row: Import;
  open: boolean;
  onOpen: () => void;
}

function ImportRow({ projectId, row, open, onOpen }: RowProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const cancel = useCancelImport(projectId);
  const retry = useRetryImport(projectId);
  const going = row.state === "queued" || row.state === "running";
  const share = row.bytes_total ? (row.bytes_read / row.bytes_total) * 100 : row.state === "done" ? 100 : 0;
  return (
    <Table.Tr>
      <Table.Td>
        <bdi>{row.name}</bdi>
        <Ended fault={row.fault} detail={row.detail} bad={row.state === "failed"} />
      </Table.Td>
      <Table.Td>
        <State state={row.state} label={t(`importStates.${row.state}`)} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <Progress value={share} size="sm" animated={going} aria-label={t("sources.progress")} />
        <Text size="xs" c="dimmed" mt={2}>
          {t("sources.rowsRead", { count: row.rows_read, n: format.whole(row.rows_read) })}
        </Text>
      </Table.Td>
      <Table.Td ta="end">{format.whole(row.rows_added)}</Table.Td>
      <Table.Td ta="end" visibleFrom="sm">
        {format.whole(row.rows_duplicate)}
      </Table.Td>
      <Table.Td ta="end">
        {row.rows_refused ? (
          <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={onOpen}>
            {format.whole(row.rows_refused)}
          </Button>
        ) : (
          format.whole(0)
        )}
      </Table.Td>
      <Table.Td ta="end">
        <Group gap={4} justify="end" wrap="nowrap">
          {row.rows_refused ? (
            <Anchor href={refusalsFile(projectId, row.id, i18n.language)} download size="sm">
              <Group gap={4} wrap="nowrap">
                <Icon name="download" size={14} />
                <Text span inherit visibleFrom="sm">
                  {t("sources.report")}
                </Text>
                <VisuallyHidden hiddenFrom="sm">{t("sources.report")}</VisuallyHidden>
              </Group>
            </Anchor>
          ) : null}
          {row.resumable ? (
            <Button
              size="compact-sm"
              variant="default"
              loading={retry.isPending}
              onClick={() => retry.mutate(row.id, { onError: sayProblem })}
            >
              {t("problem.retry")}
            </Button>
          ) : null}
          {going ? (
            <Button
              size="compact-sm"
              variant="default"
              onClick={() =>
                ask(t("sources.cancel"), t("sources.cancelWords"), t("sources.cancel"), () =>
                  cancel.mutate(row.id, { onError: sayProblem }),
                )
              }
            >
              {t("sources.cancel")}
            </Button>
          ) : null}
        </Group>
      </Table.Td>
    </Table.Tr>
  );
}

import { ActionIcon, Button, Checkbox, Code, Group, Table, Text, Tooltip } from "@mantine/core";
import type { DatasetVersion } from "@qistas/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSealAgain, versionsQuery } from "../../data/datasets";
import { sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { Ended } from "../../parts/Ended";
import { useFormat } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { useCopy } from "../../parts/useCopy";
import { Waiting } from "../../parts/Waiting";
import { CompareDialog } from "./CompareDialog";
import { ExportDialog } from "./ExportDialog";

interface Props {
  projectId: string;
  datasetId: string;
  onSelect: (() => void) | undefined;
}

/** The sealed versions of a dataset, to export and to compare. */
export function VersionTable({ projectId, datasetId, onSelect }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const versions = useInfiniteQuery(versionsQuery(projectId, datasetId));
  const again = useSealAgain(projectId, datasetId);
  const [chosen, setChosen] = useState<DatasetVersion[]>([]);
  const [comparing, setComparing] = useState(false);
  const [exporting, setExporting] = useState<DatasetVersion | null>(null);
  const toggle = (row: DatasetVersion) =>
    setChosen((before) =>
      before.some((each) => each.id === row.id)
        ? before.filter((each) => each.id !== row.id)
        : [...before.slice(-1), row],
    );
  const rows = versions.data?.pages.flatMap((page) => page.rows) ?? [];
  const [one, other] = [...chosen].sort((a, b) => a.number - b.number);
  return (
    <Sheet
      flush
      actions={
        rows.length > 1 ? (
          <Button
            variant="default"
            size="xs"
            visibleFrom="sm"
            disabled={!other}
            onClick={() => setComparing(true)}
          >
            {t("datasets.compare")}
          </Button>
        ) : null
      }
    >
      {versions.error ? <Problem error={versions.error} retry={() => void versions.refetch()} /> : null}
      {versions.isPending ? <Waiting rows={3} height={44} /> : null}
      {versions.data && rows.length === 0 ? (
        <Empty
          icon="seal"
          title={t("datasets.noVersions")}
          actions={onSelect ? <Button onClick={onSelect}>{t("datasets.select")}</Button> : null}
        >
          {t("datasets.noVersionsWords")}
        </Empty>
      ) : null}
      {rows.length ? (
        <Table aria-label={t("datasets.versions")}>
          <Table.Thead>
            <Table.Tr>
              {rows.length > 1 ? <Table.Td w={40} visibleFrom="sm" /> : null}
              <Table.Th>{t("datasets.version")}</Table.Th>
              <Table.Th>{t("projects.state")}</Table.Th>
              <Table.Th ta="end">{t("counts.items")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("datasets.hash")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("datasets.note")}</Table.Th>
              <Table.Th visibleFrom="sm">{t("datasets.sealedAt")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                {rows.length > 1 ? (
                  <Table.Td visibleFrom="sm">
                    <Checkbox
                      aria-label={t("datasets.chooseVersion", { n: row.number })}
                      size="xs"
                      disabled={row.state !== "sealed"}
                      checked={chosen.some((each) => each.id === row.id)}
                      onChange={() => toggle(row)}
                    />
                  </Table.Td>
                ) : null}
                <Table.Td fw={500}>{format.whole(row.number)}</Table.Td>
                <Table.Td>
                  <State state={row.state} label={t(`versionStates.${row.state}`)} />
                  {row.state === "failed" ? <Ended fault={row.fault} detail={row.detail} bad /> : null}
                </Table.Td>
                <Table.Td ta="end">
                  {format.whole(row.state === "sealing" ? row.progress : row.items)}
                </Table.Td>
                <Table.Td visibleFrom="sm">{row.hash ? <Hash hash={row.hash} /> : "–"}</Table.Td>
                <Table.Td maw={240} visibleFrom="sm">
                  <Text size="sm" dir="auto" truncate>
                    {row.note}
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm">{format.dateTime(row.sealed_at ?? row.created_at)}</Table.Td>
                <Table.Td ta="end">
                  {row.state === "failed" && onSelect ? (
                    <Button
                      size="compact-sm"
                      variant="default"
                      loading={again.isPending}
                      onClick={() => again.mutate(row.id, { onError: sayProblem })}
                    >
                      {t("problem.retry")}
                    </Button>
                  ) : (
                    <Button
                      size="compact-sm"
                      variant="default"
                      disabled={row.state !== "sealed"}
                      leftSection={<Icon name="download" size={14} />}
                      onClick={() => setExporting(row)}
                    >
                      {t("datasets.export")}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <MoreRows list={versions} />
      {comparing && one && other ? (
        <CompareDialog
          projectId={projectId}
          datasetId={datasetId}
          one={one}
          other={other}
          onClose={() => setComparing(false)}
        />
      ) : null}
      {exporting ? (
        <ExportDialog
          projectId={projectId}
          datasetId={datasetId}
          version={exporting}
          onClose={() => setExporting(null)}
        />
      ) : null}
    </Sheet>
  );
}

function Hash({ hash }: { hash: string }) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(hash);
  return (
    <Group gap={4} wrap="nowrap">
      <Code dir="ltr" title={hash}>
        {hash.slice(0, 12)}
      </Code>
      <Tooltip label={copied ? t("copied") : t("datasets.copyHash")}>
        <ActionIcon
          size="sm"
          variant="subtle"
          color="gray"
          onClick={copy}
          aria-label={t("datasets.copyHash")}
        >
          <Icon name={copied ? "check" : "copy"} size={13} />
        </ActionIcon>
      </Tooltip>
    </Group>
  );
}

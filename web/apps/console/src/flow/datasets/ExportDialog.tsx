import { Button, Code, Group, Modal, Progress, Radio, Stack, Text } from "@mantine/core";
import type { DatasetVersion, ExportFormat } from "@qistas/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { beginExport, exportFile, exportQuery } from "../../data/datasets";
import { ontologyQuery } from "../../data/ontology";
import { Ended } from "../../parts/Ended";
import { useFormat } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { Problem } from "../../parts/Problem";

interface Props {
  projectId: string;
  datasetId: string;
  version: DatasetVersion;
  onClose: () => void;
}

/** Every form, with the kinds of questions that it can hold alone. */
const formats: [ExportFormat, ...string[]][] = [
  ["jsonl"],
  ["parquet"],
  ["csv"],
  ["coco", "box", "polygon"],
  ["conll2003", "span"],
  ["preference", "pairwise", "ranking"],
];

/** Render a sealed version into a file; the work goes on when this is closed. */
export function ExportDialog({ projectId, datasetId, version, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<ExportFormat>("jsonl");
  const ontology = useQuery(ontologyQuery(projectId));
  const kinds = (ontology.data?.document.questions ?? []).map((question) => question.kind as string);
  const begin = useMutation({
    mutationFn: () => beginExport(projectId, datasetId, version.id, chosen),
  });
  const id = begin.data?.id;
  const progress = useQuery({ ...exportQuery(projectId, id ?? ""), enabled: id !== undefined });
  const now = progress.data ?? begin.data;
  const share = now?.state === "done" ? 100 : version.items ? ((now?.rows ?? 0) / version.items) * 100 : 0;
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("datasets.exportTitle", { n: version.number })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap="md">
        <Radio.Group
          label={t("sources.format")}
          value={chosen}
          onChange={(value) => {
            setChosen(value as ExportFormat);
            begin.reset();
          }}
        >
          <Stack gap={8} mt={6}>
            {formats.map(([value, ...needed]) => (
              <Radio
                key={value}
                value={value}
                disabled={needed.length > 0 && !needed.some((kind) => kinds.includes(kind))}
                label={t(`exportFormats.${value}`)}
                description={t(`exportWords.${value}`)}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Problem error={begin.error ?? progress.error} />
        <div style={{ minHeight: 44 }} aria-live="polite">
          {now ? (
            <>
              <Progress
                value={share}
                size="sm"
                color={now.state === "failed" ? "red" : undefined}
                animated={now.state !== "done" && now.state !== "failed"}
                aria-label={t("sources.progress")}
              />
              <Text size="sm" c="dimmed" mt={4}>
                {t(`exportStates.${now.state}`)} (
                {t("sources.rowsRead", { count: now.rows, n: format.whole(now.rows) })})
                {now.state === "done" ? ` · ${format.bytes(now.bytes)}` : ""}
              </Text>
              {now.state === "failed" ? <Ended fault={now.fault} detail={now.detail} bad /> : null}
              {now.sha256 ? (
                <Code block dir="ltr" fz="xs">
                  sha256 {now.sha256}
                </Code>
              ) : null}
            </>
          ) : null}
        </div>
        <Group justify="end">
          {now?.state === "done" && id ? (
            <Button
              component="a"
              href={exportFile(projectId, id)}
              download
              leftSection={<Icon name="download" />}
            >
              {t("datasets.download")}
            </Button>
          ) : (
            <Button
              loading={begin.isPending || now?.state === "queued" || now?.state === "running"}
              onClick={() => begin.mutate()}
            >
              {t(now?.state === "failed" ? "problem.retry" : "datasets.export")}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

import {
  Button,
  Group,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import type { ImportPreview, Refusal } from "@qistas/api";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { type ImportOptions, previewFile } from "../../data/sources";
import { useFormat } from "../../parts/format";
import { Problem } from "../../parts/Problem";
import { Waiting } from "../../parts/Waiting";
import { briefly } from "./briefly";
import { RefusalRows } from "./RefusalTable";
import { startUpload } from "./uploading";

interface Props {
  projectId: string;
  file: File;
  onClose: () => void;
}

const formats = ["jsonl", "json", "csv", "tsv", "parquet", "text", "zip"];

/** A look into the file before it is sent: its form, which column is which field, the first rows. */
export function ImportDialog({ projectId, file, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [reading, setReading] = useState<Pick<ImportOptions, "format" | "encoding" | "delimiter">>({});
  const preview = useQuery({
    queryKey: ["import-preview", projectId, file.name, file.size, file.lastModified, reading],
    queryFn: () => previewFile(projectId, file, reading),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const found = preview.data;
  const table = found?.format === "csv" || found?.format === "tsv";

  return (
    <Modal
      opened
      onClose={onClose}
      size="80rem"
      title={
        <>
          {t("sources.importFile")} <bdi>{file.name}</bdi> · {format.bytes(file.size)}
        </>
      }
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap="md">
        <Group gap="sm" align="end">
          <Select
            label={t("sources.format")}
            w={140}
            data={formats.map((value) => ({ value, label: t(`formats.${value}`) }))}
            value={reading.format ?? found?.format ?? null}
            onChange={(value) => setReading({ ...reading, format: value ?? undefined })}
          />
          {table || found?.format === "text" ? (
            <TextInput
              label={t("sources.encoding")}
              w={140}
              dir="ltr"
              key={`encoding ${found.encoding}`}
              defaultValue={reading.encoding ?? found.encoding ?? ""}
              onBlur={(event) => {
                const encoding = event.currentTarget.value.trim() || undefined;
                if (encoding !== (reading.encoding ?? found.encoding)) setReading({ ...reading, encoding });
              }}
            />
          ) : null}
          {table ? (
            <Select
              label={t("sources.delimiter")}
              w={140}
              data={[
                { value: ",", label: t("delimiters.comma") },
                { value: ";", label: t("delimiters.semicolon") },
                { value: "\t", label: t("delimiters.tab") },
                { value: "|", label: t("delimiters.bar") },
              ]}
              value={reading.delimiter ?? found.delimiter ?? null}
              onChange={(value) => setReading({ ...reading, delimiter: value ?? undefined })}
            />
          ) : null}
        </Group>
        {preview.error ? <Problem error={preview.error} retry={() => void preview.refetch()} /> : null}
        {preview.isPending ? <Waiting rows={6} /> : null}
        {found && !preview.error ? (
          <Mapping
            key={found.columns.join(" ")}
            projectId={projectId}
            found={found}
            onImport={(options) => {
              startUpload(projectId, file, { ...reading, ...options });
              onClose();
            }}
          />
        ) : null}
      </Stack>
    </Modal>
  );
}

interface MappingProps {
  projectId: string;
  found: ImportPreview;
  onImport: (options: ImportOptions) => void;
}

function Mapping({ projectId, found, onImport }: MappingProps) {
  const { t } = useTranslation();
  const ontology = useQuery(ontologyQuery(projectId));
  const fields = ontology.data?.document.fields ?? [];
  const { columns } = found;
  const [mapping, setMapping] = useState<Record<string, string>>(found.mapping);
  const [externalId, setExternalId] = useState<string | null>(
    found.external_id && columns.includes(found.external_id) ? found.external_id : null,
  );
  const [split, setSplit] = useState<string | null>(
    found.split && columns.includes(found.split) ? found.split : null,
  );
  const [metadata, setMetadata] = useState<string[]>([]);
  const [batch, setBatch] = useState("");
  const [priority, setPriority] = useState(0);
  const missing = fields.filter((field) => field.required !== false && !mapping[field.name]);
  const mapped = columns.length > 0;

  return (
    <Stack gap="md">
      {mapped ? (
        <>
          <Text fw={500}>{t("sources.mapping")}</Text>
          <Group gap="sm" align="start">
            {fields.map((field) => (
              <Select
                key={field.name}
                label={<bdi>{field.name}</bdi>}
                description={t(`fieldTypes.${field.type ?? "text"}`)}
                w={180}
                clearable
                allowDeselect={false}
                searchable
                data={columns}
                value={mapping[field.name] ?? null}
                error={missing.includes(field) ? t("sources.needed") : null}
                onChange={(column) =>
                  setMapping(({ [field.name]: _, ...rest }) =>
                    column ? { ...rest, [field.name]: column } : rest,
                  )
                }
              />
            ))}
          </Group>
          <Group gap="sm" align="start">
            <Select
              label={t("sources.externalId")}
              w={180}
              clearable={!found.external_id}
              allowDeselect={false}
              data={columns}
              value={externalId}
              onChange={setExternalId}
            />
            <Select
              label={t("sources.split")}
              w={180}
              clearable={!found.split}
              allowDeselect={false}
              data={columns}
              value={split}
              onChange={setSplit}
            />
            <MultiSelect
              label={t("sources.metadata")}
              description={t("sources.metadataHelp")}
              inputWrapperOrder={["label", "input", "description", "error"]}
              placeholder={metadata.length ? undefined : t("sources.metadataAll")}
              w={300}
              clearable
              data={columns}
              value={metadata}
              onChange={setMetadata}
            />
          </Group>
        </>
      ) : null}
      <Group gap="sm" align="start">
        <TextInput
          label={t("sources.batch")}
          description={t("sources.batchHelp")}
          w={240}
          value={batch}
          onChange={(event) => setBatch(event.currentTarget.value)}
        />
        <NumberInput
          label={t("sources.priority")}
          description={t("sources.priorityHelp")}
          w={240}
          allowDecimal={false}
          value={priority}
          onChange={(value) => setPriority(Number(value) || 0)}
        />
      </Group>
      <div style={{ overflowX: "auto", maxHeight: "36vh" }}>
        <Table aria-label={t("sources.firstRows")} withTableBorder stickyHeader>
          <Table.Thead>
            <Table.Tr>
              {columns.map((column) => (
                <Table.Th key={column}>
                  <bdi>{column}</bdi>
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.rows.slice(0, 10).map((row, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no name but their place
              <Table.Tr key={place}>
                {columns.map((column) => (
                  <Table.Td key={column} maw={320} style={{ overflow: "hidden", textOverflow: "ellipsis" }}>
                    <span dir="auto">{briefly(row[column], 140)}</span>
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      {found.refusals.length ? <RefusedFirst rows={found.refusals} /> : null}
      {/* within sight on a low screen, too: the preview above it scrolls away */}
      <Group
        justify="end"
        pos="sticky"
        bottom={0}
        py="sm"
        mb="calc(var(--mantine-spacing-sm) * -1)"
        bg="var(--mantine-color-body)"
      >
        <Button
          disabled={mapped && missing.length > 0}
          onClick={() =>
            onImport({
              ...(mapped ? { mapping } : {}),
              ...(metadata.length ? { metadata } : {}),
              ...(externalId ? { external_id: externalId } : {}),
              ...(split ? { split } : {}),
              ...(batch.trim() ? { batch: batch.trim() } : {}),
              ...(priority ? { priority } : {}),
            })
          }
        >
          {t("sources.import")}
        </Button>
      </Group>
    </Stack>
  );
}

/** The rows among the first ones that would not be taken, before anything is sent. */
function RefusedFirst({ rows }: { rows: Refusal[] }) {
  const { t } = useTranslation();
  return (
    <section>
      <Text fw={500}>{t("sources.refusedFirst")}</Text>
      <Text size="sm" c="dimmed">
        {t("sources.refusedFirstWords")}
      </Text>
      <RefusalRows rows={rows} label={t("sources.refusedFirst")} />
    </section>
  );
}

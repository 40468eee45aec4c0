import { Button, Group, MultiSelect, NumberInput, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import type { Selection } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { selectionQuery, useSeal, type Wanted } from "../../data/datasets";
import { ontologyQuery } from "../../data/ontology";
import { qualityQuery } from "../../data/quality";
import { ask, say } from "../../parts/ask";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { inLanguage } from "../../parts/text";
import classes from "./SealForm.module.css";
import { SelectionCounts } from "./SelectionCounts";
import { ShareInput } from "./ShareInput";
import { type SplitRow, SplitRows, splitsOf } from "./SplitRows";

interface Props {
  projectId: string;
  datasetId: string;
  onSealed: () => void;
}

const all: Selection = {
  labels: {},
  annotators: [],
  metadata: {},
  only_adjudicated: false,
  exclude_gold: true,
};

/** Which items and answers go in, how they are split; the counts beside it are live. */
export function SealForm({ projectId, datasetId, onSealed }: Props) {
  const { t, i18n } = useTranslation();
  const ontology = useQuery(ontologyQuery(projectId));
  const quality = useQuery(qualityQuery(projectId));
  const seal = useSeal(projectId, datasetId);
  const [selection, setSelection] = useState<Selection>(all);
  const [metadata, setMetadata] = useState({ key: "", value: "" });
  const [splits, setSplits] = useState<SplitRow[]>([]);
  const [seed, setSeed] = useState(0);
  const [note, setNote] = useState("");
  const [keepSplits, setKeepSplits] = useState(false);
  const set = (change: Partial<Selection>) => setSelection((before) => ({ ...before, ...change }));
  const whole: Selection = {
    ...selection,
    metadata: metadata.key.trim() ? { [metadata.key.trim()]: metadata.value } : {},
  };
  const wanted: Wanted = {
    selection: whole,
    splits: splitsOf(splits) ?? null,
    seed,
    keep_splits: keepSplits,
  };
  const [settled] = useDebouncedValue(JSON.stringify(wanted), 300);
  const counts = useQuery(selectionQuery(projectId, datasetId, JSON.parse(settled) as Wanted));
  const choices = (ontology.data?.document.questions ?? []).filter((question) => question.labels?.length);

  const optional = (ontology.data?.document.questions ?? []).some((question) => question.required === false);

  const go = () =>
    seal.mutate(
      { ...wanted, note: note.trim() },
      {
        onSuccess: () => {
          say(t("datasets.sealing"));
          onSealed();
        },
      },
    );

  return (
    <div className={classes.columns}>
      <Stack gap="md">
        <Sheet title={t("datasets.which")}>
          <Stack gap="sm">
            <div className={classes.row}>
              <ShareInput
                label={t("datasets.minConfidence")}
                help={t("datasets.minConfidenceHelp")}
                value={selection.min_confidence}
                onChange={(share) => set({ min_confidence: share })}
              />
              <ShareInput
                label={t("datasets.maxDoubt")}
                help={t("datasets.maxDoubtHelp")}
                value={selection.max_doubt}
                onChange={(share) => set({ max_doubt: share })}
              />
              <NumberInput
                label={t("datasets.minAnswers")}
                description={t("datasets.minAnswersHelp")}
                min={1}
                allowDecimal={false}
                value={selection.min_answers ?? ""}
                onChange={(value) => set({ min_answers: value === "" ? undefined : Number(value) })}
              />
            </div>
            {optional ? (
              <Text size="sm" c="dimmed">
                {t("datasets.optionalHelp")}
              </Text>
            ) : null}
            {choices.map((question) => (
              <MultiSelect
                key={question.name}
                label={inLanguage(question.title, i18n.language, question.name)}
                placeholder={t("datasets.anyLabel")}
                searchable
                data={(question.labels ?? []).map((label) => ({
                  value: label.name,
                  label: inLanguage(label.title, i18n.language, label.name),
                }))}
                value={selection.labels?.[question.name] ?? []}
                onChange={(labels) => {
                  const { [question.name]: _, ...rest } = selection.labels ?? {};
                  const next = labels.length ? { ...rest, [question.name]: labels } : rest;
                  set({ labels: next });
                }}
              />
            ))}
            <MultiSelect
              label={t("datasets.annotators")}
              placeholder={t("datasets.anyAnnotator")}
              searchable
              data={(quality.data?.annotators ?? []).map((row) => ({ value: row.id, label: row.name }))}
              value={selection.annotators}
              onChange={(annotators) => set({ annotators })}
            />
            <div className={classes.row}>
              <TextInput
                label={t("datasets.metadataKey")}
                value={metadata.key}
                onChange={(event) => setMetadata({ ...metadata, key: event.currentTarget.value })}
              />
              <TextInput
                label={t("datasets.metadataValue")}
                value={metadata.value}
                onChange={(event) => setMetadata({ ...metadata, value: event.currentTarget.value })}
              />
              <TextInput
                label={t("sources.split")}
                value={selection.split ?? ""}
                onChange={(event) => set({ split: event.currentTarget.value || undefined })}
              />
            </div>
            <Group gap="lg">
              <Switch
                label={t("datasets.onlyAdjudicated")}
                checked={selection.only_adjudicated}
                onChange={(event) => set({ only_adjudicated: event.currentTarget.checked })}
              />
              <Switch
                label={t("datasets.excludeGold")}
                checked={selection.exclude_gold}
                onChange={(event) => set({ exclude_gold: event.currentTarget.checked })}
              />
            </Group>
          </Stack>
        </Sheet>
        <Sheet title={t("datasets.splits")} note={t("datasets.splitsNote")}>
          <Stack gap="sm">
            <SplitRows rows={splits} seed={seed} onRows={setSplits} onSeed={setSeed} />
            <Switch
              label={t("datasets.keepSplits")}
              checked={keepSplits}
              onChange={(event) => setKeepSplits(event.currentTarget.checked)}
            />
          </Stack>
        </Sheet>
        <Sheet>
          <Stack gap="sm">
            <TextInput
              label={t("datasets.note")}
              value={note}
              onChange={(event) => setNote(event.currentTarget.value)}
            />
            <Problem error={seal.error} />
            <Group>
              <Button
                loading={seal.isPending}
                disabled={!counts.data?.items}
                onClick={() => ask(t("datasets.seal"), t("datasets.sealWords"), t("datasets.seal"), go)}
              >
                {t("datasets.seal")}
              </Button>
            </Group>
          </Stack>
        </Sheet>
      </Stack>
      <div className={classes.counts}>
        <Sheet title={t("datasets.goesIn")}>
          <SelectionCounts
            projectId={projectId}
            query={counts}
            questions={ontology.data?.document.questions ?? []}
          />
        </Sheet>
      </div>
    </div>
  );
}

import { Button, Group, NumberInput, Radio, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import type { Project, Settings } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { changed } from "../data/changed";
import { useProjectId } from "../data/place";
import { projectQuery, reviews, useChangeProject } from "../data/projects";
import { Answered } from "../parts/Answered";
import { ask, say, sayProblem } from "../parts/ask";
import { Page } from "../parts/Page";
import { PercentInput } from "../parts/PercentInput";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";
import { RedundancyFields } from "./RedundancyFields";

export default function ProjectSettingsPage() {
  const { t } = useTranslation();
  const projectId = useProjectId();
  const project = useQuery(projectQuery(projectId));
  return (
    <Page title={t("stations.projectSettings")} width="narrow">
      <Answered query={project} rows={8} height={52}>
        {(data) => <Form key={data.id} project={data} />}
      </Answered>
    </Page>
  );
}

function Form({ project }: { project: Project }) {
  const { t } = useTranslation();
  const change = useChangeProject(project.id);
  const [name, setName] = useState(project.name);
  const [description, setDescription] = useState(project.description ?? "");
  const [settings, setSettings] = useState<Settings>(project.settings);
  const [saved, setSaved] = useState(project);
  const set = <K extends keyof Settings>(key: K, value: Settings[K]) =>
    setSettings((before) => ({ ...before, [key]: value }));

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const { settings: before, ...rest } = saved;
    const texts = changed({ name: rest.name, description: rest.description ?? "" }, { name, description });
    const done = (project: Project) => {
      setSaved(project);
      say(t("saved"));
    };
    change.mutate({ ...texts, settings: changed(before, settings) }, { onSuccess: done });
  };
  const archive = () =>
    ask(t("projectSettings.archive"), t("projectSettings.archiveWords"), t("projectSettings.archive"), () =>
      change.mutate(
        { state: "archived" },
        { onSuccess: () => say(t("projectSettings.archived")), onError: sayProblem },
      ),
    );
  const restore = () =>
    change.mutate({ state: "active" }, { onSuccess: () => say(t("road.resumed")), onError: sayProblem });

  return (
    <>
      <form onSubmit={submit}>
        <Sheet>
          <Stack gap="md">
            <TextInput
              label={t("projects.name")}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              required
              withAsterisk={false}
              maxLength={200}
            />
            <Textarea
              label={t("projectSettings.description")}
              autosize
              minRows={2}
              value={description}
              onChange={(event) => setDescription(event.currentTarget.value)}
            />
            <RedundancyFields
              overlap={settings.overlap}
              onOverlap={(value) => set("overlap", value)}
              rule={settings.redundancy}
              onRule={(value) => set("redundancy", value)}
            />
            <NumberInput
              label={t("projectSettings.lease")}
              description={t("projectSettings.leaseHelp")}
              min={1}
              max={1440}
              allowDecimal={false}
              value={settings.lease_minutes}
              onChange={(value) => set("lease_minutes", Number(value) || 1)}
            />
            <Group grow align="end">
              <NumberInput
                label={t("projectSettings.price")}
                description={t("projectSettings.priceHelp")}
                min={0}
                allowDecimal={false}
                value={settings.price_minor}
                onChange={(value) => set("price_minor", Number(value) || 0)}
              />
              <TextInput
                label={t("projectSettings.currency")}
                description={t("projectSettings.currencyHelp")}
                dir="ltr"
                maxLength={3}
                pattern="[A-Z]{3}"
                value={settings.currency}
                onChange={(event) => set("currency", event.currentTarget.value.toUpperCase())}
              />
            </Group>
            <Group grow align="end">
              <PercentInput
                label={t("projectSettings.gold")}
                description={t("projectSettings.goldHelp")}
                min={0}
                max={50}
                value={Math.round(settings.gold_rate * 1000) / 10}
                onChange={(value) => set("gold_rate", (Number(value) || 0) / 100)}
              />
              <Select
                label={t("projectSettings.method")}
                description={t("projectSettings.methodHelp")}
                allowDeselect={false}
                data={(["auto", "majority", "dawid_skene"] as const).map((value) => ({
                  value,
                  label: t(`methods.${value}`),
                }))}
                value={settings.method}
                onChange={(value) => set("method", (value ?? "auto") as Settings["method"])}
              />
            </Group>
            <Radio.Group
              label={t("projectSettings.review")}
              value={settings.review}
              onChange={(value) => set("review", value as Settings["review"])}
            >
              <Stack gap={6} mt={6}>
                {reviews.map((value) => (
                  <Radio key={value} value={value} label={t(`projectSettings.review_${value}`)} />
                ))}
              </Stack>
            </Radio.Group>
            <Switch
              label={t("projectSettings.assignedOnly")}
              description={t("projectSettings.assignedOnlyHelp")}
              checked={settings.assigned_only}
              onChange={(event) => set("assigned_only", event.currentTarget.checked)}
            />
            <Switch
              label={t("projectSettings.showGuideline")}
              checked={settings.show_guideline}
              onChange={(event) => set("show_guideline", event.currentTarget.checked)}
            />
            <Problem error={change.error} />
            <Group>
              <Button type="submit" loading={change.isPending}>
                {t("save")}
              </Button>
            </Group>
          </Stack>
        </Sheet>
      </form>
      <Sheet title={t("projectSettings.end")}>
        <Group justify="space-between" gap="md">
          <span>{t("projectSettings.endWords")}</span>
          {project.state === "archived" ? (
            <Button variant="default" onClick={restore}>
              {t("projectSettings.restore")}
            </Button>
          ) : (
            <Button variant="default" className="danger" onClick={archive}>
              {t("projectSettings.archive")}
            </Button>
          )}
        </Group>
      </Sheet>
    </>
  );
}

import { Button, Checkbox, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import type { Ontology, Template } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { templatesQuery, useMakeProject } from "../data/projects";
import { useDraft, writeYaml } from "../flow/ontology/draft";
import { OntologyEditor } from "../flow/ontology/OntologyEditor";
import { Answered } from "../parts/Answered";
import { say } from "../parts/ask";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { inLanguage } from "../parts/text";
import classes from "./NewProjectPage.module.css";

export default function NewProjectPage() {
  const { t } = useTranslation();
  const templates = useQuery(templatesQuery);
  return (
    <Page title={t("newProject.title")} lead={t("newProject.lead")} width="wide">
      <Answered query={templates} rows={3} height={120}>
        {(data) => <Making templates={data} />}
      </Answered>
    </Page>
  );
}

const blankIn = (language: string): Ontology => ({
  format: 1,
  languages: [language],
  fields: [{ name: "text", type: "text" }],
  questions: [
    {
      name: "topic",
      kind: "choice",
      labels: [
        { name: "yes", colour: "#0072B2", hotkey: "1" },
        { name: "no", colour: "#E69F00", hotkey: "2" },
      ],
    },
  ],
});

function Making({ templates }: { templates: Template[] }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const make = useMakeProject();
  const [chosen, setChosen] = useState<Template | undefined>(templates[0]);
  const [name, setName] = useState("");
  const [withSample, setWithSample] = useState(true);
  const [blank] = useState(() => blankIn(i18n.language));
  const draft = useDraft(writeYaml(chosen?.ontology ?? blank));
  const suggested = chosen ? inLanguage(chosen.title, i18n.language, chosen.name) : t("newProject.blank");

  const turn = (template: Template | undefined) => {
    if (template === chosen) return;
    const before = { chosen, text: draft.text };
    const edited = draft.text !== writeYaml(chosen?.ontology ?? blank);
    setChosen(template);
    draft.writeDocument(template?.ontology ?? blank);
    if (edited)
      say(t("ontology.discarded"), () => {
        setChosen(before.chosen);
        draft.writeText(before.text);
      });
  };

  const create = () => {
    if (!draft.document) return;
    make.mutate(
      {
        name: name.trim() || suggested,
        ontology: draft.document,
        sample: withSample ? chosen?.sample : undefined,
      },
      {
        onSuccess: (project) =>
          void navigate({ to: "/projects/$projectId", params: { projectId: project.id } }),
      },
    );
  };

  return (
    <Stack gap="lg">
      <fieldset className={classes.templates}>
        <legend className={classes.legend}>{t("newProject.template")}</legend>
        {[...templates, undefined].map((template) => (
          <UnstyledButton
            key={template?.name ?? ""}
            className={classes.template}
            aria-pressed={chosen === template}
            onClick={() => turn(template)}
          >
            <Text fw={500} component="span" display="block">
              {template ? inLanguage(template.title, i18n.language, template.name) : t("newProject.blank")}
            </Text>
            <Text size="xs" c="dimmed" component="span" display="block">
              {template ? inLanguage(template.description, i18n.language) : t("newProject.blankWords")}
            </Text>
          </UnstyledButton>
        ))}
      </fieldset>
      <Group align="end" gap="md">
        <TextInput
          label={t("projects.name")}
          placeholder={suggested}
          w="min(26rem, 100%)"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {chosen?.sample.length ? (
          <Checkbox
            mb={8}
            label={t("newProject.withSample", { count: chosen.sample.length })}
            checked={withSample}
            onChange={(event) => setWithSample(event.currentTarget.checked)}
          />
        ) : null}
        <Button onClick={create} loading={make.isPending} disabled={!draft.ready} ms="auto">
          {t("newProject.make")}
        </Button>
      </Group>
      <Problem error={make.error} />
      <OntologyEditor draft={draft} sample={chosen?.sample ?? []} />
    </Stack>
  );
}

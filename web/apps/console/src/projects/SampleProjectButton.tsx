import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { allProjectNames, templatesQuery, useMakeProject } from "../data/projects";
import { sayProblem } from "../parts/ask";
import { inLanguage } from "../parts/text";
import { freeName } from "./freeName";

/** A project of the first template with its sample items, ready to annotate, in one click. */
export function SampleProjectButton() {
  const { t, i18n } = useTranslation();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const make = useMakeProject();
  const [busy, setBusy] = useState(false);

  const load = async () => {
    setBusy(true);
    try {
      const templates = await queries.ensureQueryData(templatesQuery);
      const template = templates.find((candidate) => candidate.sample.length > 0);
      if (!template) return;
      const title = inLanguage(template.title, i18n.language, template.name);
      const name = freeName(t("projects.sampleName", { title }), await allProjectNames());
      const project = await make.mutateAsync({
        name,
        template: template.name,
        sample: template.sample,
      });
      await navigate({ to: "/projects/$projectId", params: { projectId: project.id } });
    } catch (error) {
      sayProblem(error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <Button variant="default" loading={busy} onClick={() => void load()}>
      {t("projects.loadSample")}
    </Button>
  );
}

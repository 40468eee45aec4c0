import { Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Navigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { DayBars } from "../charts/DayBars";
import { datasetsQuery } from "../data/datasets";
import { useProjectId } from "../data/place";
import { progressQuery, projectQuery } from "../data/projects";
import { qualityQuery } from "../data/quality";
import { may, useMe } from "../data/session";
import { Savings } from "../flow/quality/Savings";
import { PauseButton } from "../flow/queue/PauseButton";
import { Answered } from "../parts/Answered";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";
import { AnnotatorTable } from "./AnnotatorTable";
import { NextStep } from "./NextStep";
import { RoadLine } from "./RoadLine";

/** A project's home: for who only answers, the tasks; for all others the road as a line, with what stands at each station now. */
export default function RoadPage() {
  const projectId = useProjectId();
  const me = useMe();
  if (!may(me, "see", projectId))
    return <Navigate to="/projects/$projectId/annotate" params={{ projectId }} replace />;
  return <Road projectId={projectId} />;
}

function Road({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const project = useQuery(projectQuery(projectId));
  const progress = useQuery(progressQuery(projectId));
  const datasets = useQuery(datasetsQuery(projectId));
  const adaptive = project.data?.settings.redundancy.mode === "adaptive";
  const quality = useQuery({ ...qualityQuery(projectId), enabled: adaptive });

  if (project.error)
    return (
      <Page title={t("stations.road")}>
        <Problem error={project.error} retry={() => void project.refetch()} />
      </Page>
    );

  return (
    <Page
      title={project.data?.name ?? t("stations.road")}
      lead={project.data?.description ? <bdi>{project.data.description}</bdi> : undefined}
      width="wide"
      actions={project.data && may(me, "manage", projectId) ? <PauseButton project={project.data} /> : null}
    >
      <RoadLine
        counts={progress.data?.counts ?? project.data?.counts}
        currency={project.data?.settings.currency ?? "USD"}
        version={project.data?.ontology_version ?? null}
        datasets={datasets.data?.rows.length}
        projectId={projectId}
      />
      {project.data ? (
        <NextStep
          counts={progress.data?.counts ?? project.data.counts}
          projectId={projectId}
          state={project.data.state}
        />
      ) : may(me, "manage", projectId) ? (
        <Skeleton height={52} radius="md" />
      ) : null}
      {adaptive && quality.data?.redundancy ? <Savings savings={quality.data.redundancy} /> : null}
      <Sheet title={t("road.days")}>
        <Answered query={progress} rows={1} height={140}>
          {(data) => <DayBars days={data.days} />}
        </Answered>
      </Sheet>
      <Sheet title={t("road.annotators")} flush>
        <Answered query={progress} rows={3}>
          {(data) => <AnnotatorTable rows={data.annotators} />}
        </Answered>
      </Sheet>
    </Page>
  );
}

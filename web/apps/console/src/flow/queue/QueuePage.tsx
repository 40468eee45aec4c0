import { Alert, Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useProjectId } from "../../data/place";
import { projectQuery } from "../../data/projects";
import { may, useMe } from "../../data/session";
import { Icon } from "../../parts/Icon";
import { Page } from "../../parts/Page";
import { BatchList } from "./BatchList";
import { PauseButton } from "./PauseButton";
import { QuestionList } from "./QuestionList";
import { TaskList } from "./TaskList";

export default function QueuePage() {
  const { t } = useTranslation();
  const projectId = useProjectId();
  const me = useMe();
  const project = useQuery(projectQuery(projectId));
  return (
    <Page
      title={t("stations.queue")}
      lead={t("queue.lead")}
      width="wide"
      actions={project.data && may(me, "manage", projectId) ? <PauseButton project={project.data} /> : null}
    >
      {project.data?.state === "paused" ? (
        <Alert variant="light" color="yellow" icon={<Icon name="pause" />} title={t("queue.paused")} />
      ) : null}
      <Tabs defaultValue="tasks" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="tasks">{t("queue.tasks")}</Tabs.Tab>
          <Tabs.Tab value="batches">{t("queue.batches")}</Tabs.Tab>
          <Tabs.Tab value="questions">{t("queue.questions")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="tasks">
          <TaskList projectId={projectId} />
        </Tabs.Panel>
        <Tabs.Panel value="batches">
          <BatchList projectId={projectId} />
        </Tabs.Panel>
        <Tabs.Panel value="questions">
          <QuestionList projectId={projectId} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

import { Tabs } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { datasetsQuery } from "../../data/datasets";
import { useProjectId } from "../../data/place";
import { may, useMe } from "../../data/session";
import { Page } from "../../parts/Page";
import { SealForm } from "./SealForm";
import { VersionTable } from "./VersionTable";

export default function DatasetPage() {
  const { t } = useTranslation();
  const projectId = useProjectId();
  const me = useMe();
  const { datasetId = "" } = useParams({ strict: false });
  const datasets = useQuery(datasetsQuery(projectId));
  const name = datasets.data?.rows.find((row) => row.id === datasetId)?.name ?? t("stations.datasets");
  const [tab, setTab] = useState<string | null>("versions");
  const manages = may(me, "manage", projectId);
  return (
    <Page title={name} width="wide">
      <Tabs value={tab} onChange={setTab} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="versions">{t("datasets.versions")}</Tabs.Tab>
          {manages ? <Tabs.Tab value="seal">{t("datasets.select")}</Tabs.Tab> : null}
        </Tabs.List>
        <Tabs.Panel value="versions">
          <VersionTable
            projectId={projectId}
            datasetId={datasetId}
            onSelect={manages ? () => setTab("seal") : undefined}
          />
        </Tabs.Panel>
        <Tabs.Panel value="seal">
          <SealForm projectId={projectId} datasetId={datasetId} onSealed={() => setTab("versions")} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

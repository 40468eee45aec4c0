import { Tabs } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useProjectId } from "../../data/place";
import { may, useMe } from "../../data/session";
import { Page } from "../../parts/Page";
import { FileDrop } from "./FileDrop";
import { ImportDialog } from "./ImportDialog";
import { ImportList } from "./ImportList";
import { ItemList } from "./ItemList";

export default function SourcesPage() {
  const { t } = useTranslation();
  const projectId = useProjectId();
  const me = useMe();
  const [file, setFile] = useState<File>();
  return (
    <Page title={t("stations.sources")} lead={t("sources.lead")} width="wide">
      {may(me, "manage", projectId) ? <FileDrop onFile={setFile} /> : null}
      <Tabs defaultValue="imports" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="imports">{t("sources.imports")}</Tabs.Tab>
          <Tabs.Tab value="items">{t("sources.items")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="imports">
          <ImportList projectId={projectId} />
        </Tabs.Panel>
        <Tabs.Panel value="items">
          <ItemList projectId={projectId} />
        </Tabs.Panel>
      </Tabs>
      {file ? <ImportDialog projectId={projectId} file={file} onClose={() => setFile(undefined)} /> : null}
    </Page>
  );
}

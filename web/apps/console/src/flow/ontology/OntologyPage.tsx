import { Button, Group, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { useProjectId } from "../../data/place";
import { may, useMe } from "../../data/session";
import { itemsQuery } from "../../data/sources";
import { Answered } from "../../parts/Answered";
import { say } from "../../parts/ask";
import { Page } from "../../parts/Page";
import { useDraft, writeYaml } from "./draft";
import { OntologyEditor } from "./OntologyEditor";
import { PublishDialog } from "./PublishDialog";
import { VersionList } from "./VersionList";

export default function OntologyPage() {
  const projectId = useProjectId();
  const { t } = useTranslation();
  const ontology = useQuery(ontologyQuery(projectId));
  if (!ontology.data)
    return (
      <Page title={t("stations.ontology")} width="wide">
        <Answered query={ontology} rows={8} height={48}>
          {() => null}
        </Answered>
      </Page>
    );
  const { version, document } = ontology.data;
  return (
    <Editing
      key={`${projectId} ${version}`}
      projectId={projectId}
      version={version}
      published={writeYaml(document)}
    />
  );
}

interface Props {
  projectId: string;
  version: number;
  published: string;
}

function Editing({ projectId, version, published }: Props) {
  const { t } = useTranslation();
  const key = `qistas.ontology.${projectId}.${version}`;
  const [start] = useState(() => localStorage.getItem(key) ?? published);
  const keep = useCallback(
    (text: string) => {
      if (text === published) localStorage.removeItem(key);
      else localStorage.setItem(key, text);
    },
    [key, published],
  );
  const manages = may(useMe(), "manage", projectId);
  const draft = useDraft(manages ? start : published, keep, manages);
  const [publishing, setPublishing] = useState(false);
  const items = useQuery(itemsQuery(projectId, { limit: 4 }));
  const sample = (items.data?.rows ?? []).flatMap((item) => (item.data ? [item.data] : []));
  const changed = draft.text !== published;

  const discard = () => {
    const before = draft.text;
    draft.writeText(published);
    say(t("ontology.discarded"), () => draft.writeText(before));
  };

  return (
    <Page
      title={t("stations.ontology")}
      width="wide"
      lead={t("ontology.lead", { version })}
      actions={
        manages ? (
          <Group gap="xs">
            <Text size="sm" c="dimmed" role="status">
              {changed
                ? draft.checking
                  ? t("ontology.checking")
                  : draft.ready
                    ? t("ontology.unpublished")
                    : t("ontology.notReady")
                : t("ontology.published")}
            </Text>
            <Button variant="default" disabled={!changed} onClick={discard}>
              {t("ontology.discard")}
            </Button>
            <Button disabled={!changed || !draft.ready} onClick={() => setPublishing(true)}>
              {t("ontology.publish")}
            </Button>
          </Group>
        ) : null
      }
    >
      <Tabs defaultValue="edit" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="edit">{t(manages ? "ontology.edit" : "stations.ontology")}</Tabs.Tab>
          <Tabs.Tab value="versions">{t("ontology.versions")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="edit">
          <OntologyEditor draft={draft} sample={sample} readOnly={!manages} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionList
            projectId={projectId}
            now={version}
            manages={manages}
            onTake={(document) => {
              const before = draft.text;
              draft.writeDocument(document);
              return () => draft.writeText(before);
            }}
          />
        </Tabs.Panel>
      </Tabs>
      {publishing && draft.document ? (
        <PublishDialog
          projectId={projectId}
          ontology={draft.document}
          next={version + 1}
          onDone={() => localStorage.removeItem(key)}
          onClose={() => setPublishing(false)}
        />
      ) : null}
    </Page>
  );
}

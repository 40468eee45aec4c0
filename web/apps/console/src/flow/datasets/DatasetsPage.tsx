import { Button, Group, Modal, Stack, Table, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { datasetsQuery, useMakeDataset } from "../../data/datasets";
import { useProjectId } from "../../data/place";
import { may, useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { AnchorLink } from "../../parts/links";
import { Page } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";

export default function DatasetsPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const projectId = useProjectId();
  const me = useMe();
  const datasets = useQuery(datasetsQuery(projectId));
  const [making, setMaking] = useState(false);
  const make = may(me, "manage", projectId) ? (
    <Button onClick={() => setMaking(true)}>{t("datasets.make")}</Button>
  ) : null;
  return (
    <Page
      title={t("stations.datasets")}
      lead={t("datasets.lead")}
      actions={datasets.data?.rows.length ? make : null}
    >
      <Sheet flush>
        <Answered query={datasets} rows={3} height={40}>
          {({ rows }) =>
            rows.length === 0 ? (
              <Empty icon="datasets" title={t("datasets.none")} actions={make}>
                {t("datasets.noneWords")}
              </Empty>
            ) : (
              <Table highlightOnHover aria-label={t("stations.datasets")}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("datasets.name")}</Table.Th>
                    <Table.Th ta="end">{t("projects.made")}</Table.Th>
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={row.id}>
                      <Table.Td>
                        <AnchorLink
                          to="/projects/$projectId/datasets/$datasetId"
                          params={{ projectId, datasetId: row.id }}
                          fw={500}
                        >
                          <bdi>{row.name}</bdi>
                        </AnchorLink>
                      </Table.Td>
                      <Table.Td ta="end">{format.dateTime(row.created_at)}</Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Answered>
      </Sheet>
      {making ? <MakeDialog projectId={projectId} onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}

function MakeDialog({ projectId, onClose }: { projectId: string; onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const make = useMakeDataset(projectId);
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate(name.trim(), {
      onSuccess: (dataset) =>
        void navigate({
          to: "/projects/$projectId/datasets/$datasetId",
          params: { projectId, datasetId: dataset.id },
        }),
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("datasets.make")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("datasets.name")}
            required
            withAsterisk={false}
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Problem error={make.error} />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t("confirm.no")}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={!name.trim()}>
              {t("datasets.make")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

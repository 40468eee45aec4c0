import { Progress, Table, Text } from "@mantine/core";
import type { ProjectRow } from "@qistas/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { projectsQuery } from "../data/projects";
import { may, useMe } from "../data/session";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";
import { Icon } from "../parts/Icon";
import { AnchorLink, ButtonLink } from "../parts/links";
import { MoreRows } from "../parts/MoreRows";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";
import { State } from "../parts/State";
import { Waiting } from "../parts/Waiting";
import { SampleProjectButton } from "./SampleProjectButton";

export default function ProjectsPage() {
  const { t } = useTranslation();
  const me = useMe();
  const list = useInfiniteQuery(projectsQuery);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const manages = may(me, "manage");
  const seesAny = rows.some((row) => may(me, "see", row.id));

  const make = (
    <ButtonLink to="/new" leftSection={<Icon name="plus" />}>
      {t("projects.new")}
    </ButtonLink>
  );

  return (
    <Page
      title={t("projects.title")}
      actions={
        manages && rows.length ? (
          <>
            <SampleProjectButton />
            {make}
          </>
        ) : null
      }
    >
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? (
        <Sheet flush>
          <Waiting rows={5} height={40} />
        </Sheet>
      ) : null}
      {list.data && rows.length === 0 ? (
        <Sheet>
          <Empty
            icon="projects"
            title={t("projects.empty")}
            actions={
              manages ? (
                <>
                  {make}
                  <SampleProjectButton />
                </>
              ) : null
            }
          >
            {manages ? t("projects.emptyManager") : t("projects.emptyAnnotator")}
          </Empty>
        </Sheet>
      ) : null}
      {rows.length ? (
        <Sheet flush>
          <Table highlightOnHover aria-label={t("projects.title")}>
            <Table.Thead>
              <Table.Tr>
                <Table.Th miw={110}>{t("projects.name")}</Table.Th>
                <Table.Th visibleFrom="sm">{t("projects.state")}</Table.Th>
                <Table.Th w={{ base: 84, sm: 180 }}>{t("projects.progress")}</Table.Th>
                <Table.Th ta="end" visibleFrom="sm">
                  {t("counts.items")}
                </Table.Th>
                {seesAny ? (
                  <Table.Th ta="end" visibleFrom="sm">
                    {t("counts.open")}
                  </Table.Th>
                ) : null}
                <Table.Th ta="end" visibleFrom="sm">
                  {t("counts.answers_today")}
                </Table.Th>
                <Table.Th ta="end" visibleFrom="sm">
                  {t("projects.made")}
                </Table.Th>
                <Table.Td />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {rows.map((row) => (
                <Row key={row.id} row={row} showOpen={seesAny} />
              ))}
            </Table.Tbody>
          </Table>
          <MoreRows list={list} />
        </Sheet>
      ) : null}
    </Page>
  );
}

function Row({ row, showOpen }: { row: ProjectRow; showOpen: boolean }) {
  const { t } = useTranslation();
  const me = useMe();
  const format = useFormat();
  const { counts } = row;
  const sees = may(me, "see", row.id); // others are told how much can still come to them, at most
  const share = counts.tasks ? counts.done / counts.tasks : 0;
  return (
    <Table.Tr>
      <Table.Td>
        <AnchorLink
          to={sees ? "/projects/$projectId" : "/projects/$projectId/annotate"}
          params={{ projectId: row.id }}
          fw={500}
          style={{ overflowWrap: "anywhere" }}
        >
          <bdi>{row.name}</bdi>
        </AnchorLink>
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <State state={row.state} label={t(`states.${row.state}`)} />
      </Table.Td>
      <Table.Td>
        {sees ? (
          <>
            <Progress value={share * 100} size="sm" aria-label={t("projects.progress")} />
            <Text size="xs" c="dimmed" mt={2}>
              {t("projects.doneOf", { done: format.whole(counts.done), tasks: format.whole(counts.tasks) })}
            </Text>
          </>
        ) : (
          <Text size="xs" c="dimmed">
            {t("projects.openUpTo", { count: counts.open, shown: format.whole(counts.open) })}
          </Text>
        )}
      </Table.Td>
      <Table.Td ta="end" visibleFrom="sm">
        {format.whole(counts.items)}
      </Table.Td>
      {showOpen ? (
        <Table.Td ta="end" visibleFrom="sm">
          {sees ? format.whole(counts.open) : "–"}
        </Table.Td>
      ) : null}
      <Table.Td ta="end" visibleFrom="sm">
        {format.whole(counts.answers_today)}
      </Table.Td>
      <Table.Td ta="end" visibleFrom="sm">
        <Text span c="dimmed" size="sm" title={format.dateTime(row.created_at)}>
          {format.ago(row.created_at)}
        </Text>
      </Table.Td>
      <Table.Td ta="end">
        {may(me, "annotate", row.id) && row.state === "active" && row.ontology_version && counts.open ? (
          <ButtonLink
            to="/projects/$projectId/annotate"
            params={{ projectId: row.id }}
            size="compact-sm"
            variant={may(me, "see", row.id) ? "default" : "filled"}
          >
            {t("projects.start")}
          </ButtonLink>
        ) : null}
      </Table.Td>
    </Table.Tr>
  );
}

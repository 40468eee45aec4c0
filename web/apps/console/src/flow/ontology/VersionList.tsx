import { Button, Table } from "@mantine/core";
import type { Ontology } from "@qistas/api";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ontologyQuery, ontologyVersionsQuery } from "../../data/ontology";
import { say, sayProblem } from "../../parts/ask";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { useServerWords } from "../../parts/serverWords";
import { Waiting } from "../../parts/Waiting";

interface Props {
  projectId: string;
  now: number;
  manages: boolean;
  /** Gives back the way back. */
  onTake: (document: Ontology) => () => void;
}

/** Every published version; an old one can be taken into the editor again. */
export function VersionList({ projectId, now, manages, onTake }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const server = useServerWords();
  const queries = useQueryClient();
  const versions = useInfiniteQuery(ontologyVersionsQuery(projectId));
  const rows = versions.data?.pages.flatMap((page) => page.rows) ?? [];
  const take = async (version: number) => {
    try {
      const { document } = await queries.ensureQueryData(ontologyQuery(projectId, version));
      const undo = onTake(document);
      say(t("ontology.taken", { version }), undo);
    } catch (error) {
      sayProblem(error);
    }
  };
  return (
    <Sheet flush>
      {versions.error ? <Problem error={versions.error} retry={() => void versions.refetch()} /> : null}
      {versions.isPending ? <Waiting rows={3} /> : null}
      {rows.length ? (
        <Table aria-label={t("ontology.versions")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("ontology.version")}</Table.Th>
              <Table.Th>{t("ontology.changes")}</Table.Th>
              <Table.Th>{t("ontology.publishedAt")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.version}>
                <Table.Td>
                  {format.whole(row.version)} {row.version === now ? `· ${t("ontology.now")}` : null}
                </Table.Td>
                <Table.Td dir="auto">{row.changes.map(server.sentence).join(" ")}</Table.Td>
                <Table.Td>{format.dateTime(row.published_at)}</Table.Td>
                <Table.Td ta="end">
                  {row.version === now || !manages ? null : (
                    <Button size="compact-sm" variant="default" onClick={() => void take(row.version)}>
                      {t("ontology.take")}
                    </Button>
                  )}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <MoreRows list={versions} />
    </Sheet>
  );
}

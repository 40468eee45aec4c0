import { Badge, Button, Group, Table, Text } from "@mantine/core";
import type { AnnotatorQuality, OntologyQuestion } from "@qistas/api";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IntervalLine } from "../../charts/IntervalLine";
import { Empty } from "../../parts/Empty";
import { Estimate } from "../../parts/Estimate";
import { useFormat } from "../../parts/format";
import { Sheet } from "../../parts/Sheet";
import { inLanguage } from "../../parts/text";
import { AnnotatorInFull } from "./AnnotatorInFull";
import classes from "./AnnotatorSkills.module.css";

interface Props {
  projectId: string;
  rows: AnnotatorQuality[];
  questions: OntologyQuestion[];
}

/** Each annotator: how much, how fast, how reliable on each question (with the interval), and on gold. */
export function AnnotatorSkills({ projectId, rows, questions }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const [shown, setShown] = useState<{ id: string; name: string } | null>(null);
  const place = (name: string) => questions.findIndex((question) => question.name === name);
  const inOrder = (skills: (typeof rows)[number]["skills"]) =>
    skills.toSorted((one, other) => place(one.question) - place(other.question));
  const titleOf = (name: string) =>
    inLanguage(questions.find((question) => question.name === name)?.title, i18n.language, name);
  return (
    <Sheet flush>
      {rows.length === 0 ? (
        <Empty icon="members" title={t("road.noAnnotators")}>
          {t("road.noAnnotatorsWords")}
        </Empty>
      ) : (
        <Table aria-label={t("quality.annotators")} className={classes.table}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("person.name")}</Table.Th>
              <Table.Th ta="end">{t("counts.answers")}</Table.Th>
              <Table.Th ta="end">{t("quality.seconds")}</Table.Th>
              <Table.Th>{t("quality.skill")}</Table.Th>
              <Table.Th ta="end">{t("quality.gold")}</Table.Th>
              <Table.Td />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <bdi>{row.name}</bdi>
                </Table.Td>
                <Table.Td ta="end">{format.whole(row.answers)}</Table.Td>
                <Table.Td ta="end">
                  {row.seconds_mean === null ? "–" : format.duration(row.seconds_mean)}
                </Table.Td>
                <Table.Td>
                  {row.skills.length === 0 ? (
                    <Text size="sm" c="dimmed">
                      {t("estimate.none")}
                    </Text>
                  ) : null}
                  {inOrder(row.skills).map((skill) => (
                    <div key={skill.question} className={classes.skill}>
                      {questions.length > 1 ? (
                        <bdi className={classes.question}>{titleOf(skill.question)}</bdi>
                      ) : null}
                      <IntervalLine
                        value={skill.value}
                        low={skill.low}
                        high={skill.high}
                        label={`${row.name}, ${titleOf(skill.question)}`}
                        width={160}
                      />
                      <Estimate value={skill.value} low={skill.low} high={skill.high} percent />
                    </div>
                  ))}
                </Table.Td>
                <Table.Td ta="end">
                  {row.gold.total
                    ? t("quality.goldOf", {
                        right: format.short(row.gold.right),
                        total: format.whole(row.gold.total),
                      })
                    : "–"}
                </Table.Td>
                <Table.Td>
                  <Group gap={4} justify="end">
                    {row.paused ? (
                      <Badge color="gray" variant="light" tt="none" style={{ color: "var(--ink)" }}>
                        {t("flags.paused")}
                      </Badge>
                    ) : null}
                    {row.flags.map((flag) => (
                      <Badge
                        key={`${flag.code} ${flag.question}`}
                        color="orange"
                        variant="light"
                        tt="none"
                        style={{ color: "var(--ink)" }}
                      >
                        {t(`flags.${flag.code}`, { defaultValue: flag.code })}
                        {flag.question && questions.length > 1 ? `: ${titleOf(flag.question)}` : null}
                      </Badge>
                    ))}
                    <Button
                      size="compact-sm"
                      variant="subtle"
                      aria-label={`${t("quality.inFull")}: ${row.name}`}
                      onClick={() => setShown(row)}
                    >
                      {t("quality.inFull")}
                    </Button>
                  </Group>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      <AnnotatorInFull
        projectId={projectId}
        annotatorId={shown?.id ?? null}
        name={shown?.name ?? ""}
        questions={questions}
        onClose={() => setShown(null)}
      />
    </Sheet>
  );
}

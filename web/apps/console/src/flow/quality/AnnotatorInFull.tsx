import { Button, Group, Modal, Stack, Table, Text, Textarea } from "@mantine/core";
import type { AnnotatorInFull as Full, OntologyQuestion } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { IntervalLine } from "../../charts/IntervalLine";
import { annotatorQuery, type FlagDecision, useDecideFlag, useResume } from "../../data/quality";
import { may, useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { say, sayProblem } from "../../parts/ask";
import { Estimate } from "../../parts/Estimate";
import { useFormat } from "../../parts/format";
import { inLanguage } from "../../parts/text";

interface Props {
  projectId: string;
  annotatorId: string | null;
  name: string;
  questions: OntologyQuestion[];
  onClose: () => void;
}

/** One annotator: skill label by label, and the flags that a person decides on. */
export function AnnotatorInFull({ projectId, annotatorId, name, questions, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={annotatorId !== null}
      onClose={onClose}
      size="xl"
      title={<bdi>{name}</bdi>}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {annotatorId ? (
        <Body key={annotatorId} projectId={projectId} annotatorId={annotatorId} questions={questions} />
      ) : null}
    </Modal>
  );
}

function Body({
  projectId,
  annotatorId,
  questions,
}: {
  projectId: string;
  annotatorId: string;
  questions: OntologyQuestion[];
}) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const found = useQuery(annotatorQuery(projectId, annotatorId));
  const resume = useResume(projectId, annotatorId);
  const manages = may(me, "manage", projectId);
  return (
    <Answered query={found} rows={4}>
      {(data) => (
        <Stack gap="lg">
          {data.paused_at ? (
            <Group justify="space-between">
              <Text>{t("flags.pausedSince", { when: format.ago(data.paused_at) })}</Text>
              {manages ? (
                <Button
                  variant="default"
                  loading={resume.isPending}
                  onClick={() =>
                    resume.mutate(undefined, {
                      onSuccess: () => say(t("flags.resumed")),
                      onError: sayProblem,
                    })
                  }
                >
                  {t("flags.resume")}
                </Button>
              ) : null}
            </Group>
          ) : null}
          {data.flags.map((flag) => (
            <FlagLine
              key={flag.id}
              flag={flag}
              projectId={projectId}
              manages={manages}
              questions={questions}
            />
          ))}
          {data.skills.map((skill) => (
            <LabelTable key={skill.question} skill={skill} questions={questions} />
          ))}
          {data.skills.length === 0 ? <Text c="dimmed">{t("estimate.none")}</Text> : null}
        </Stack>
      )}
    </Answered>
  );
}

function FlagLine({
  flag,
  projectId,
  manages,
  questions,
}: {
  flag: Full["flags"][number];
  projectId: string;
  manages: boolean;
  questions: OntologyQuestion[];
}) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const decide = useDecideFlag(projectId);
  const [note, setNote] = useState("");
  const question = questions.find((each) => each.name === flag.question);
  const send = (decision: FlagDecision) =>
    decide.mutate(
      { id: flag.id, decision, note },
      { onSuccess: () => say(t(`flags.done_${decision}`)), onError: sayProblem },
    );
  return (
    <section aria-label={t(`flags.${flag.code}`)}>
      <Stack gap="xs">
        <Text fw={600}>
          {t(`flags.${flag.code}`)}
          {question ? (
            <>
              {": "}
              <bdi>{inLanguage(question.title, i18n.language, question.name)}</bdi>
            </>
          ) : null}
        </Text>
        <Text size="sm">
          <Estimate
            value={flag.value ?? null}
            low={flag.low ?? null}
            high={flag.high ?? null}
            percent
            size="sm"
          />{" "}
          {t("flags.onAnswers", { n: format.whole(flag.answers ?? 0) })}
          {flag.total
            ? ` ${t("flags.onGold", { right: format.short(flag.right ?? 0), total: format.whole(flag.total) })}`
            : null}
        </Text>
        {flag.state === "open" ? (
          manages ? (
            <>
              <Textarea
                label={t("flags.note")}
                description={t("flags.noteHelp")}
                autosize
                minRows={1}
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              <Group gap="xs">
                <Button size="xs" variant="default" loading={decide.isPending} onClick={() => send("keep")}>
                  {t("flags.keep")}
                </Button>
                <Button size="xs" variant="default" loading={decide.isPending} onClick={() => send("pause")}>
                  {t("flags.pause")}
                </Button>
                <Button
                  size="xs"
                  variant="default"
                  disabled={!note.trim()}
                  loading={decide.isPending}
                  onClick={() => send("dismiss")}
                >
                  {t("flags.dismiss")}
                </Button>
              </Group>
            </>
          ) : null
        ) : (
          <Text size="sm" c="dimmed">
            {t(`flags.state_${flag.state}`, {
              who: flag.resolved_by ?? "",
              when: flag.resolved_at ? format.ago(flag.resolved_at) : "",
            })}{" "}
            <bdi>{flag.note}</bdi>
          </Text>
        )}
      </Stack>
    </section>
  );
}

function LabelTable({ skill, questions }: { skill: Full["skills"][number]; questions: OntologyQuestion[] }) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const question = questions.find((each) => each.name === skill.question);
  const title = inLanguage(question?.title, i18n.language, skill.question);
  const labelOf = (name: string) =>
    inLanguage(question?.labels?.find((label) => label.name === name)?.title, i18n.language, name);
  return (
    <section>
      <Group gap="sm" mb="xs">
        <Text fw={600}>
          <bdi>{title}</bdi>
        </Text>
        <Estimate value={skill.value} low={skill.low} high={skill.high} percent size="sm" />
        <Text size="sm" c="dimmed">
          {t("flags.onAnswers", { n: format.whole(skill.answers) })}
        </Text>
      </Group>
      {skill.labels.length > 0 ? (
        <Table aria-label={t("quality.labelSkill", { question: title })}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("quality.label")}</Table.Th>
              <Table.Th>{t("quality.recall")}</Table.Th>
              <Table.Th>{t("quality.precision")}</Table.Th>
              <Table.Th ta="end">{t("quality.saidTimes")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {skill.labels.map((label) => (
              <Table.Tr key={label.name}>
                <Table.Th scope="row" fw={400}>
                  <bdi>{labelOf(label.name)}</bdi>
                </Table.Th>
                {(["recall", "precision"] as const).map((kind) => (
                  <Table.Td key={kind}>
                    <Group gap="xs" wrap="nowrap">
                      <IntervalLine
                        {...label[kind]}
                        label={`${labelOf(label.name)}, ${t(`quality.${kind}`)}`}
                        width={110}
                      />
                      <Estimate {...label[kind]} percent size="sm" />
                    </Group>
                  </Table.Td>
                ))}
                <Table.Td ta="end">{format.whole(label.said)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
    </section>
  );
}

import {
  Button,
  Group,
  Modal,
  NumberInput,
  Progress,
  Select,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import type { Batch } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { assigneeChoices, useAssignees } from "../../data/people";
import { batchesQuery, nobody, useChangeBatch, useMakeBatch } from "../../data/queue";
import { may, useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { say, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";

/** Tasks released together: their priority, who they are for, pause. */
export function BatchList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const manages = may(me, "manage", projectId);
  const batches = useQuery(batchesQuery(projectId));
  const change = useChangeBatch(projectId);
  const [editing, setEditing] = useState<Batch | "new" | null>(null);
  const make = manages ? <Button onClick={() => setEditing("new")}>{t("batches.make")}</Button> : null;
  const turn = (row: Batch, state: "open" | "paused") =>
    change.mutate(
      { id: row.id, state },
      {
        onSuccess: () =>
          state === "paused" ? say(t("batches.paused"), () => turn(row, "open")) : say(t("batches.resumed")),
        onError: sayProblem,
      },
    );
  return (
    <Sheet flush actions={batches.data?.rows.length ? make : null}>
      <Answered query={batches} rows={4} height={40}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="queue" title={t("batches.none")} actions={make}>
              {t("batches.noneWords")}
            </Empty>
          ) : (
            <Table aria-label={t("queue.batches")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("batches.name")}</Table.Th>
                  <Table.Th>{t("projects.state")}</Table.Th>
                  <Table.Th w={200}>{t("projects.progress")}</Table.Th>
                  <Table.Th ta="end">{t("queue.priority")}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td>
                      <bdi>{row.name}</bdi>
                    </Table.Td>
                    <Table.Td>
                      <State state={row.state} label={t(`batches.state_${row.state}`)} />
                    </Table.Td>
                    <Table.Td>
                      <Progress
                        size="sm"
                        value={row.tasks ? (row.done / row.tasks) * 100 : 0}
                        aria-label={t("projects.progress")}
                      />
                      <Text size="xs" c="dimmed" mt={2}>
                        {t("projects.doneOf", {
                          done: format.whole(row.done),
                          tasks: format.whole(row.tasks),
                        })}
                      </Text>
                    </Table.Td>
                    <Table.Td ta="end">{format.whole(row.priority)}</Table.Td>
                    <Table.Td>
                      {manages ? (
                        <Group gap={6} justify="end">
                          <Button size="compact-sm" variant="default" onClick={() => setEditing(row)}>
                            {t("edit")}
                          </Button>
                          <Button
                            size="compact-sm"
                            variant="default"
                            onClick={() => turn(row, row.state === "paused" ? "open" : "paused")}
                          >
                            {t(row.state === "paused" ? "batches.resume" : "batches.pause")}
                          </Button>
                        </Group>
                      ) : null}
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
      {editing ? (
        <BatchDialog
          projectId={projectId}
          batch={editing === "new" ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Sheet>
  );
}

interface DialogProps {
  projectId: string;
  batch: Batch | undefined;
  onClose: () => void;
}

function BatchDialog({ projectId, batch, onClose }: DialogProps) {
  const { t } = useTranslation();
  const make = useMakeBatch(projectId);
  const change = useChangeBatch(projectId);
  const assignees = useAssignees(projectId, true);
  const [name, setName] = useState(batch?.name ?? "");
  const [priority, setPriority] = useState(batch?.priority ?? 0);
  const [assignee, setAssignee] = useState(
    batch?.assignee && batch.assignee !== nobody ? batch.assignee : null,
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (batch)
      change.mutate({ id: batch.id, name, priority, assignee: assignee ?? nobody }, { onSuccess: onClose });
    else make.mutate({ name, priority }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(batch ? "batches.change" : "batches.make")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("batches.name")}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NumberInput
            label={t("queue.priority")}
            description={t("sources.priorityHelp")}
            allowDecimal={false}
            value={priority}
            onChange={(value) => setPriority(Number(value) || 0)}
          />
          {batch ? (
            <Select
              label={t("queue.assignee")}
              description={t("batches.assigneesHelp")}
              searchable
              data={assigneeChoices(assignees, t("members.groups"), t("members.members"))}
              clearable
              allowDeselect={false}
              placeholder={t("queue.anyone")}
              value={assignee}
              onChange={setAssignee}
            />
          ) : null}
          <Problem error={make.error ?? change.error} />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t("confirm.no")}
            </Button>
            <Button type="submit" loading={make.isPending || change.isPending}>
              {t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

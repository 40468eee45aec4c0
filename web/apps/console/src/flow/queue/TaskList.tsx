import { Anchor, Button, NumberInput, Select, Table, Text } from "@mantine/core";
import type { Task } from "@qistas/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { assigneeChoices, useAssignees } from "../../data/people";
import {
  batchesQuery,
  nobody,
  type TaskState,
  taskPagesQuery,
  taskStates,
  useChangeTask,
} from "../../data/queue";
import { may, useMe } from "../../data/session";
import { say, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { ButtonLink } from "../../parts/links";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import quiet from "../../parts/quiet.module.css";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { Waiting } from "../../parts/Waiting";
import { ItemDialog } from "../sources/ItemDialog";
import classes from "./TaskList.module.css";

/** The tasks in the order in which they are offered. */
export function TaskList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const [state, setState] = useState<TaskState | null>("open");
  const [batch, setBatch] = useState<string | null>(null);
  const [open, setOpen] = useState<string | null>(null);
  const list = useInfiniteQuery(taskPagesQuery(projectId, { state, batch_id: batch }));
  const batches = useQuery(batchesQuery(projectId));
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const manages = may(me, "manage", projectId);
  return (
    <Sheet
      flush
      actions={
        <>
          <Select
            aria-label={t("queue.stateFilter")}
            placeholder={t("queue.allStates")}
            size="xs"
            clearable
            allowDeselect={false}
            data={taskStates.map((value) => ({ value, label: t(`taskStates.${value}`) }))}
            value={state}
            onChange={(value) => setState(taskStates.find((each) => each === value) ?? null)}
          />
          <Select
            aria-label={t("queue.batchFilter")}
            placeholder={t("queue.allBatches")}
            size="xs"
            clearable
            allowDeselect={false}
            data={(batches.data?.rows ?? []).map((row) => ({ value: row.id, label: row.name }))}
            value={batch}
            onChange={setBatch}
          />
        </>
      }
    >
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <Waiting rows={8} height={40} /> : null}
      {list.data && rows.length === 0 ? (
        <Empty
          icon="queue"
          title={t("queue.noTasks")}
          actions={
            state || batch ? (
              <Button
                variant="default"
                onClick={() => {
                  setState(null);
                  setBatch(null);
                }}
              >
                {t("queue.showAll")}
              </Button>
            ) : manages ? (
              <ButtonLink to="/projects/$projectId/sources" params={{ projectId }}>
                {t("next.toSources")}
              </ButtonLink>
            ) : null
          }
        >
          {t(state || batch ? "queue.noTasksSo" : "queue.noTasksWords")}
        </Empty>
      ) : null}
      {rows.length ? (
        <Table highlightOnHover aria-label={t("queue.tasks")}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t("queue.item")}</Table.Th>
              <Table.Th>{t("projects.state")}</Table.Th>
              <Table.Th ta="end">{t("counts.answers")}</Table.Th>
              <Table.Th ta="end">{t("queue.doubt")}</Table.Th>
              <Table.Th w={110}>{t("queue.priority")}</Table.Th>
              <Table.Th w={210}>{t("queue.assignee")}</Table.Th>
              <Table.Th ta="end">{t("queue.since")}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <TaskRow
                key={row.id}
                projectId={projectId}
                row={row}
                manages={manages}
                batch={batches.data?.rows.find((each) => each.id === row.batch_id)?.name}
                onOpen={() => setOpen(row.item_id)}
              />
            ))}
          </Table.Tbody>
        </Table>
      ) : null}
      <MoreRows list={list} />
      {open ? <ItemDialog projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

interface RowProps {
  projectId: string;
  row: Task;
  manages: boolean;
  batch: string | undefined;
  onOpen: () => void;
}

function TaskRow({ projectId, row, manages, batch, onOpen }: RowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const name = row.external_id ?? row.item_id.slice(-12);
  const change = useChangeTask(projectId);
  const assignees = useAssignees(projectId, manages);
  const [priority, setPriority] = useState<number | string>(row.priority);
  const keepPriority = () => {
    const next = Number(priority);
    if (Number.isNaN(next) || next === row.priority) return;
    change.mutate(
      { id: row.id, priority: next },
      {
        onSuccess: () =>
          say(t("queue.priorityKept"), () => {
            setPriority(row.priority);
            change.mutate({ id: row.id, priority: row.priority }, { onError: sayProblem });
          }),
        onError: sayProblem,
      },
    );
  };
  const turnTo = (assignee: string) =>
    change.mutate(
      { id: row.id, assignee },
      {
        onSuccess: () =>
          say(t("queue.assigneeKept"), () =>
            change.mutate({ id: row.id, assignee: row.assignee }, { onError: sayProblem }),
          ),
        onError: sayProblem,
      },
    );
  return (
    <Table.Tr>
      <Table.Td>
        <Anchor component="button" type="button" onClick={onOpen} className={classes.item}>
          {row.preview ? (
            <span className={classes.preview}>
              <bdi>{row.preview}</bdi>
            </span>
          ) : null}
          <bdi className={row.preview ? classes.id : undefined}>{name}</bdi>
        </Anchor>
        {batch ? (
          <Text span size="xs" c="dimmed">
            {" "}
            <bdi>{batch}</bdi>
          </Text>
        ) : null}
      </Table.Td>
      <Table.Td>
        <State state={row.state} label={t(`taskStates.${row.state}`, { defaultValue: row.state })} />
      </Table.Td>
      <Table.Td ta="end">
        {t("queue.answersOf", { n: format.whole(row.answers), wanted: format.whole(row.wanted) })}
      </Table.Td>
      <Table.Td ta="end">{format.percent(row.doubt)}</Table.Td>
      <Table.Td>
        {manages ? (
          <NumberInput
            aria-label={t("queue.priorityOf", { name })}
            size="xs"
            className={quiet.quiet}
            allowDecimal={false}
            value={priority}
            onChange={setPriority}
            onBlur={keepPriority}
            onKeyDown={(event) => event.key === "Enter" && keepPriority()}
          />
        ) : (
          format.whole(row.priority)
        )}
      </Table.Td>
      <Table.Td>
        {manages ? (
          <Select
            aria-label={t("queue.assigneeOf", { name })}
            placeholder={t("queue.anyone")}
            size="xs"
            className={quiet.quiet}
            clearable
            allowDeselect={false}
            searchable
            data={assigneeChoices(assignees, t("members.groups"), t("members.members"))}
            value={row.assignee === nobody ? null : row.assignee}
            onChange={(assignee) => turnTo(assignee ?? nobody)}
          />
        ) : (
          t(row.assignee === nobody ? "queue.anyone" : "queue.someone")
        )}
      </Table.Td>
      <Table.Td ta="end">
        <Text
          span
          size="sm"
          c="dimmed"
          title={format.dateTime(row.created_at)}
          style={{ whiteSpace: "nowrap" }}
        >
          {format.ago(row.created_at)}
        </Text>
      </Table.Td>
    </Table.Tr>
  );
}

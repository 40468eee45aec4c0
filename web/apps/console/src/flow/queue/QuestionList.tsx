import { Anchor, Button, Group, Text, TextInput } from "@mantine/core";
import type { AskedQuestion } from "@qistas/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAssignees } from "../../data/people";
import { questionsQuery, useReply } from "../../data/queue";
import { may, useMe } from "../../data/session";
import { say, sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { Waiting } from "../../parts/Waiting";
import { ItemDialog } from "../sources/ItemDialog";
import classes from "./QuestionList.module.css";

/** What annotators asked from inside a task, and the replies. */
export function QuestionList({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const me = useMe();
  const manages = may(me, "manage", projectId);
  const list = useInfiniteQuery(questionsQuery(projectId));
  const { nameOf } = useAssignees(projectId, manages);
  const [open, setOpen] = useState<string | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Sheet flush>
      {list.error ? <Problem error={list.error} retry={() => void list.refetch()} /> : null}
      {list.isPending ? <Waiting rows={4} /> : null}
      {list.data && rows.length === 0 ? (
        <Empty icon="question" title={t("queue.noQuestions")}>
          {t("queue.noQuestionsWords")}
        </Empty>
      ) : null}
      <ul className={classes.list} aria-label={t("queue.questions")}>
        {rows.map((row) => (
          <li key={row.id} className={classes.question}>
            <QuestionLine
              projectId={projectId}
              row={row}
              name={nameOf(row.annotator_id)}
              manages={manages}
              onOpen={() => setOpen(row.item_id)}
            />
          </li>
        ))}
      </ul>
      <MoreRows list={list} />
      {open ? <ItemDialog projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </Sheet>
  );
}

interface LineProps {
  projectId: string;
  row: AskedQuestion;
  name: string | undefined;
  manages: boolean;
  onOpen: () => void;
}

function QuestionLine({ projectId, row, name, manages, onOpen }: LineProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const reply = useReply(projectId);
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    reply.mutate(
      { id: row.id, text: text.trim() },
      { onSuccess: () => say(t("queue.replied")), onError: sayProblem },
    );
  };
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Text size="sm" c="dimmed">
          {name ? <bdi>{name}</bdi> : null} {format.ago(row.created_at)}
        </Text>
        <Anchor component="button" type="button" size="sm" onClick={onOpen}>
          {t("queue.openItem")}
        </Anchor>
      </Group>
      <p dir="auto" className={classes.words}>
        {row.text}
      </p>
      {row.reply ? (
        <p dir="auto" className={classes.reply}>
          {row.reply}
        </p>
      ) : null}
      {!row.reply && manages ? (
        <form onSubmit={submit}>
          <Group gap="xs">
            <TextInput
              aria-label={t("queue.replyTo")}
              placeholder={t("queue.reply")}
              size="xs"
              style={{ flex: 1 }}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
            <Button
              type="submit"
              size="xs"
              variant="default"
              disabled={!text.trim()}
              loading={reply.isPending}
            >
              {t("queue.sendReply")}
            </Button>
          </Group>
        </form>
      ) : null}
    </>
  );
}

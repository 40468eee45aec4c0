import { Alert, Button, Group, Kbd, Progress, Select, Text } from "@mantine/core";
import type { ErrorSearch, LabelError, Ontology, OntologyQuestion } from "@qistas/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { errorSearchesQuery, labelErrorsQuery, useRequeue, useSearchErrors } from "../../data/labelErrors";
import { may, useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { sayProblem } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { MoreRows } from "../../parts/MoreRows";
import { Sheet } from "../../parts/Sheet";
import { State } from "../../parts/State";
import { inLanguage } from "../../parts/text";
import { Waiting } from "../../parts/Waiting";
import { valueInWords } from "../review/valueInWords";
import { briefly } from "../sources/briefly";
import { ItemAnswers } from "./ItemAnswers";
import classes from "./LikelyErrors.module.css";

interface Props {
  projectId: string;
  ontology: Ontology;
}

/** Labels that are likely wrong, the likeliest first; one key sends an item back to the queue. */
export function LikelyErrors({ projectId, ontology }: Props) {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const searches = useQuery(errorSearchesQuery(projectId));
  const search = useSearchErrors(projectId);
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Answered query={searches} rows={4} height={60}>
      {({ questions, searches: all }) => {
        const name = chosen && questions.includes(chosen) ? chosen : questions[0];
        const question = ontology.questions.find((each) => each.name === name);
        if (!name || !question)
          return (
            <Sheet>
              <Empty icon="quality" title={t("errors.nothingToCheck")}>
                {t("errors.nothingToCheckWords")}
              </Empty>
            </Sheet>
          );
        const last = all.find((each) => each.question === name);
        const going = last?.state === "queued" || last?.state === "running";
        const begin = (
          <Button
            variant={last ? "default" : "filled"}
            loading={search.isPending}
            disabled={going || !may(me, "manage", projectId)}
            onClick={() => search.mutate(name, { onError: sayProblem })}
          >
            {t(last ? "errors.searchAgain" : "errors.search")}
          </Button>
        );
        return (
          <Sheet
            flush
            title={t("errors.title")}
            note={t("errors.lead")}
            actions={
              <Group gap="xs" wrap="nowrap">
                {questions.length > 1 ? (
                  <Select
                    aria-label={t("quality.question")}
                    size="xs"
                    allowDeselect={false}
                    data={questions.map((each) => ({
                      value: each,
                      label: inLanguage(
                        ontology.questions.find((one) => one.name === each)?.title,
                        i18n.language,
                        each,
                      ),
                    }))}
                    value={name}
                    onChange={setChosen}
                  />
                ) : null}
                {last ? begin : null}
              </Group>
            }
          >
            {last ? (
              <SearchState search={last} />
            ) : (
              <Empty icon="search" title={t("errors.none")} actions={begin}>
                {t("errors.noneWords")}
              </Empty>
            )}
            {last?.ended_at && last.state === "done" ? (
              <Suspects
                key={`${name} ${last.ended_at}`}
                projectId={projectId}
                question={question}
                ended={last.ended_at}
              />
            ) : null}
          </Sheet>
        );
      }}
    </Answered>
  );
}

// the one reason that people meet in a young project; the server tells it in a sentence
const TOO_FEW = /^There are (\d+) labels\. From (\d+) on/;

/** How far a search is, or what it estimates, and what the estimate is worth. */
function SearchState({ search }: { search: ErrorSearch }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (search.state === "queued" || search.state === "running")
    return (
      <div className={classes.summary}>
        <Text size="sm" mb={6} role="status">
          {t("errors.running", { n: format.whole(search.labels) })}
        </Text>
        <Progress
          value={search.progress * 100}
          animated
          aria-label={t("errors.running", { n: format.whole(search.labels) })}
        />
      </div>
    );
  if (search.state === "failed") {
    const tooFew = TOO_FEW.exec(search.detail);
    return (
      <div className={classes.summary}>
        <Alert color="orange" title={t("errors.failed")}>
          {tooFew ? (
            t("errors.tooFew", { n: format.whole(Number(tooFew[1])), least: format.whole(Number(tooFew[2])) })
          ) : (
            <span dir="auto">{search.detail}</span>
          )}
        </Alert>
      </div>
    );
  }
  return (
    <div className={classes.summary}>
      <Text size="sm" role="status">
        {search.estimated === null ? (
          t("errors.unknown")
        ) : (
          <b>
            {t("errors.estimate", {
              count: Math.round(search.estimated),
              n: format.whole(search.estimated),
              low: format.whole(search.low ?? 0),
              high: format.whole(search.high ?? 0),
              of: format.whole(search.looked_at),
            })}
          </b>
        )}
      </Text>
      <Text size="sm" c="dimmed">
        {search.model_right === null
          ? null
          : `${t("errors.model", { share: format.percent(search.model_right), common: format.percent(search.most_common ?? 0) })} `}
        {t("errors.caveat")}
      </Text>
      {search.looked_at < search.labels ? (
        <Text size="sm" c="dimmed">
          {t("errors.sample", { n: format.whole(search.looked_at), of: format.whole(search.labels) })}
        </Text>
      ) : null}
      {search.detail ? (
        <Text size="sm" c="dimmed" dir="auto" ta="start">
          {search.detail}
        </Text>
      ) : null}
    </div>
  );
}

interface SuspectsProps {
  projectId: string;
  question: OntologyQuestion;
  ended: string;
}

function Suspects({ projectId, question, ended }: SuspectsProps) {
  const { t } = useTranslation();
  const me = useMe();
  const list = useInfiniteQuery(labelErrorsQuery(projectId, question.name, ended));
  const requeue = useRequeue(projectId, question.name);
  const rows = list.data?.pages.flatMap((page) => page.rows) ?? [];
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState<string | null>(null);
  const lastSent = useRef<string[]>([]);
  const reviews = may(me, "review", projectId);
  const frame = useRef<HTMLOListElement>(null);

  const send = (itemId: string, back: boolean) => {
    if (!reviews) return;
    lastSent.current = back
      ? lastSent.current.filter((each) => each !== itemId)
      : [...lastSent.current, itemId];
    requeue.mutate({ itemId, back }, { onError: sayProblem });
  };
  const move = (to: number) => {
    const next = Math.max(0, Math.min(to, rows.length - 1));
    setAt(next);
    frame.current?.children[next]?.scrollIntoView({ block: "nearest" });
    if (next >= rows.length - 3 && list.hasNextPage && !list.isFetchingNextPage) void list.fetchNextPage();
  };

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, [contenteditable], [role='dialog'], [role='tab']")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || rows.length === 0) return;
      const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
      const row = rows[at];
      if (key === "ArrowDown" || key === "n") move(at + 1);
      else if (key === "ArrowUp" || key === "p") move(at - 1);
      else if (key === "q" && row && !row.queued_at) {
        send(row.item_id, false);
        move(at + 1);
      } else if (key === "u") {
        const last = lastSent.current.at(-1) ?? (row?.queued_at ? row.item_id : undefined);
        if (last === undefined) return;
        send(last, true);
        move(rows.findIndex((each) => each.item_id === last));
      } else if (key === "l" && row) setOpen(row.item_id);
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  });

  if (list.isPending) return <Waiting rows={5} height={72} />;
  if (rows.length === 0)
    return (
      <Empty icon="check" title={t("errors.clean")}>
        {t("errors.cleanWords")}
      </Empty>
    );
  return (
    <>
      <Text size="xs" c="dimmed" px="md" pb="xs">
        <Kbd size="xs">↓</Kbd> <Kbd size="xs">↑</Kbd> {t("errors.keyMove")} · <Kbd size="xs">Q</Kbd>{" "}
        {t("errors.send")} · <Kbd size="xs">U</Kbd> {t("errors.undo")} · <Kbd size="xs">L</Kbd>{" "}
        {t("quality.look")}
      </Text>
      <ol className={classes.list} ref={frame} aria-label={t("errors.title")}>
        {rows.map((row, place) => (
          <SuspectRow
            key={row.item_id}
            row={row}
            question={question}
            current={place === at}
            reviews={reviews}
            onChoose={() => setAt(place)}
            onSend={(back) => send(row.item_id, back)}
            onLook={() => setOpen(row.item_id)}
          />
        ))}
      </ol>
      <MoreRows list={list} />
      {open ? <ItemAnswers projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </>
  );
}

interface RowProps {
  row: LabelError;
  question: OntologyQuestion;
  current: boolean;
  reviews: boolean;
  onChoose: () => void;
  onSend: (back: boolean) => void;
  onLook: () => void;
}

function SuspectRow({ row, question, current, reviews, onChoose, onSend, onLook }: RowProps) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const words = (value: unknown) => valueInWords(value, question, i18n.language);
  const picture = Object.values(row.data).find(isPicture);
  const text = Object.values(row.data)
    .filter((value) => !isPicture(value))
    .map((value) => briefly(value, 280))
    .join(" · ");
  const { model, answers, neighbours } = row.evidence;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys of the list do the same
    <li
      className={classes.row}
      aria-current={current ? "true" : undefined}
      data-queued={row.queued_at ? true : undefined}
      onClick={onChoose}
    >
      <div className={classes.item}>
        {picture ? (
          <img className={classes.thumb} src={picture.url} alt={row.external_id ?? ""} loading="lazy" />
        ) : null}
        {text ? (
          <div className={classes.text} dir="auto">
            {text}
          </div>
        ) : null}
      </div>
      <div>
        <div className={classes.labels}>
          <bdi className={classes.given}>{words(row.value)}</bdi>
          {row.suggested ? (
            <>
              {" "}
              <span className="points" style={{ display: "inline-block" }} aria-hidden="true">
                →
              </span>{" "}
              <b>
                <bdi>{words(row.suggested)}</bdi>
              </b>
            </>
          ) : null}
        </div>
        <ul className={classes.why}>
          {model && model.given !== null && model.suggested !== null ? (
            <li>
              {t("errors.whyModel", {
                given: format.percent(model.given),
                suggested: format.percent(model.suggested),
              })}
            </li>
          ) : null}
          {answers.total > 1 ? (
            <li>
              {t("errors.whyAnswers", {
                support: format.whole(answers.support),
                total: format.whole(answers.total),
              })}
            </li>
          ) : (
            <li>{t("errors.whyAlone")}</li>
          )}
          {neighbours ? (
            <li>
              {t("errors.whyNeighbours", {
                same: format.whole(neighbours.same),
                suggested: format.whole(neighbours.suggested),
                total: format.whole(neighbours.total),
              })}
            </li>
          ) : null}
        </ul>
      </div>
      <div className={classes.acts}>
        {row.queued_at ? (
          <>
            <State state="queued" label={t("errors.sent")} />
            {reviews ? (
              <Button size="compact-sm" variant="default" onClick={() => onSend(true)}>
                {t("errors.undo")}
              </Button>
            ) : null}
          </>
        ) : reviews ? (
          <Button size="compact-sm" variant="light" onClick={() => onSend(false)}>
            {t("errors.send")}
          </Button>
        ) : null}
        <Button size="compact-sm" variant="default" onClick={onLook}>
          {t("quality.look")}
        </Button>
      </div>
    </li>
  );
}

function isPicture(value: unknown): value is { url: string } {
  return typeof value === "object" && value !== null && "url" in value && "width" in value;
}

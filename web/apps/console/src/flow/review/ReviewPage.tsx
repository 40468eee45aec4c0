import { Button, Group, Kbd, Modal, Stack, Text, Textarea } from "@mantine/core";
import type { Answer } from "@qistas/api";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { useProjectId } from "../../data/place";
import { projectQuery } from "../../data/projects";
import { claimReview, sendAdjudication, sendReview } from "../../data/quality";
import { say } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { Page } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { Waiting } from "../../parts/Waiting";
import { Board } from "../boards";
import { agrees, nearest } from "./agreeing";
import { Disagreement } from "./Disagreement";
import classes from "./ReviewPage.module.css";
import { sameForm, valueInWords } from "./valueInWords";

type Mode = "look" | "correct" | "adjudicate";

/** Settling doubt: the disagreement at a glance, one key to decide. */
export default function ReviewPage() {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const projectId = useProjectId();
  const queries = useQueryClient();
  const project = useQuery(projectQuery(projectId));
  const passed = useRef<string[]>([]);
  const offer = useQuery({
    queryKey: ["project", projectId, "review"],
    queryFn: () => claimReview(projectId, passed.current),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
  });
  const version = offer.data?.ontology_version ?? undefined;
  const ontology = useQuery({ ...ontologyQuery(projectId, version), enabled: Boolean(offer.data) });
  const [chosen, setChosen] = useState(0);
  const [mode, setMode] = useState<Mode>("look");
  const [answer, setAnswer] = useState<Answer>({});
  const [complete, setComplete] = useState(false);
  const [returning, setReturning] = useState(false);
  const [settled, setSettled] = useState(0);

  const item = offer.data?.item;
  const annotations = offer.data?.annotations ?? [];
  const annotation = annotations[chosen];

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new item begins anew
  useEffect(() => {
    setChosen(offer.data ? nearest(offer.data) : 0);
    setMode("look");
    setReturning(false);
  }, [item?.id]);

  /** On to another item; this one is not offered to me again in this sitting. */
  const next = () => {
    if (item) passed.current = [...passed.current, item.id].slice(-500);
    void offer.refetch();
  };

  const decide = useMutation({
    mutationFn: (act: () => Promise<unknown>) => act(),
    onSuccess: () => {
      setSettled((count) => count + 1);
      setMode("look");
      setReturning(false);
      void queries.invalidateQueries({ queryKey: projectQuery(projectId).queryKey, exact: true });
      next();
    },
  });
  const busy = decide.isPending || offer.isFetching;

  const accept = (place = chosen) => {
    const target = annotations[place];
    if (target && !busy)
      decide.mutate(() => sendReview(projectId, { annotation_id: target.id, verdict: "accept", reason: "" }));
  };
  // An expert settles from nothing: no answer of anybody's is sent unless the expert chose it.
  const begin = (to: Mode) => {
    if (!annotation || busy) return;
    setAnswer(to === "correct" ? annotation.answer : {});
    setComplete(false);
    setMode(to);
  };
  const changed = mode !== "correct" || sameForm(answer) !== sameForm(annotation?.answer);
  const ready = complete && changed && Object.keys(answer).length > 0;
  const keep = () => {
    if (!item || busy || !ready) return;
    if (mode === "adjudicate") decide.mutate(() => sendAdjudication(projectId, item.id, answer));
    else if (annotation)
      decide.mutate(() =>
        sendReview(projectId, { annotation_id: annotation.id, verdict: "correct", answer, reason: "" }),
      );
  };

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("[role='dialog'], [role='menu'], [role='listbox']")) return;
      if (mode !== "look") {
        // The editor has all the other keys. What it does with Escape itself (a region is left) comes first.
        if (event.key === "Escape")
          setTimeout(() => {
            if (!event.defaultPrevented) setMode("look");
          });
        return;
      }
      if (target.closest("input, textarea, select, [contenteditable]")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || !item) return;
      const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
      const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
      if (digit && Number(digit) <= annotations.length) setChosen(Number(digit) - 1);
      else if (key === "a") accept();
      else if (key === "e") begin("correct");
      else if (key === "j") begin("adjudicate");
      else if (key === "r") setReturning(true);
      else if (key === "n" && !busy) next();
      else return;
      event.preventDefault();
    };
    document.addEventListener("keydown", hear);
    return () => document.removeEventListener("keydown", hear);
  });

  const inWords = (ontology.data?.document.questions ?? [])
    .filter((question) => answer[question.name] !== undefined)
    .map((question) => {
      const text = question.field ? item?.data[question.field] : undefined;
      return valueInWords(
        answer[question.name],
        question,
        i18n.language,
        typeof text === "string" ? text : undefined,
      );
    })
    .join(" · ");

  const act = (key: string, label: string, run: () => void, filled = false) => (
    <Button
      variant={filled ? "filled" : "default"}
      disabled={busy || !annotation}
      onClick={run}
      rightSection={<Kbd size="xs">{key}</Kbd>}
    >
      {label}
    </Button>
  );

  const doubt = project.data?.counts.doubt;
  const left =
    offer.data && doubt !== undefined ? t("review.left", { count: doubt, n: format.whole(doubt) }) : "";
  const lead = `${settled ? t("review.settled", { count: settled, n: format.whole(settled) }) : t("review.lead")} ${left}`;

  return (
    <Page title={t("stations.review")} lead={lead} width="wide">
      {offer.error ? <Problem error={offer.error} retry={() => void offer.refetch()} /> : null}
      {offer.isPending ? <Waiting rows={5} height={64} /> : null}
      {offer.data === null ? (
        <Sheet>
          <Empty
            icon="review"
            title={t("review.none")}
            actions={
              <Button
                variant="default"
                loading={offer.isFetching}
                onClick={() => {
                  passed.current = [];
                  void offer.refetch();
                }}
              >
                {t("review.lookAgain")}
              </Button>
            }
          >
            {t("review.noneWords")}
          </Empty>
        </Sheet>
      ) : null}
      {offer.data && item && ontology.data ? (
        <>
          <div className={classes.bar}>
            {mode === "look" ? (
              <>
                {act(
                  "A",
                  t("review.accept", { name: annotation?.annotator ?? "" }),
                  () => accept(),
                  agrees(offer.data, chosen),
                )}
                {act("E", t("review.correct"), () => begin("correct"))}
                {act("R", t("review.return"), () => setReturning(true))}
                {act("J", t("review.adjudicate"), () => begin("adjudicate"))}
                {act("N", t("review.pass"), next)}
              </>
            ) : (
              <>
                <Button
                  onClick={keep}
                  disabled={!ready}
                  loading={decide.isPending}
                  aria-keyshortcuts="Control+Enter Meta+Enter"
                  rightSection={
                    <Kbd size="xs" dir="ltr">
                      Ctrl ↵
                    </Kbd>
                  }
                >
                  {ready ? (
                    <span className={classes.stored}>
                      {t(mode === "adjudicate" ? "review.settleAs" : "review.storeAs")} <bdi>{inWords}</bdi>
                    </span>
                  ) : (
                    t(mode === "adjudicate" ? "review.chooseFirst" : "review.changeFirst")
                  )}
                </Button>
                <Button
                  variant="default"
                  onClick={() => setMode("look")}
                  rightSection={<Kbd size="xs">Esc</Kbd>}
                >
                  {t("confirm.no")}
                </Button>
                {mode === "adjudicate" && annotation ? (
                  <Button variant="subtle" onClick={() => setAnswer(annotation.answer)}>
                    {t("review.beginFrom", { name: annotation.annotator })}
                  </Button>
                ) : null}
              </>
            )}
            <Text size="sm" c="dimmed" className={classes.help} role={mode === "look" ? undefined : "status"}>
              {t(`review.help_${mode}`)}
            </Text>
          </div>
          <Problem error={returning ? null : decide.error} />
          <Board
            key={`${item.id} ${mode} ${mode === "look" ? chosen : ""}`}
            ontology={ontology.data.document}
            data={item.data}
            low
            answer={mode === "look" ? (annotation?.answer ?? {}) : answer}
            {...(mode === "look"
              ? {}
              : { onChange: setAnswer, onComplete: setComplete, onSubmit: keep, takesFocus: true })}
          />
          <Sheet title={t("review.disagreement")} note={mode === "look" ? t("review.keys") : undefined}>
            <Disagreement
              ontology={ontology.data.document}
              said={offer.data}
              chosen={mode === "adjudicate" ? undefined : chosen}
              onChoose={mode === "look" ? setChosen : undefined}
            />
          </Sheet>
        </>
      ) : null}
      {returning && annotation ? (
        <ReturnDialog
          busy={decide.isPending}
          error={decide.error}
          name={annotation.annotator}
          onReturn={(reason) =>
            decide.mutate(async () => {
              await sendReview(projectId, { annotation_id: annotation.id, verdict: "return", reason });
              say(t("review.returned"));
            })
          }
          onClose={() => setReturning(false)}
        />
      ) : null}
    </Page>
  );
}

interface ReturnProps {
  busy: boolean;
  error: unknown;
  name: string;
  onReturn: (reason: string) => void;
  onClose: () => void;
}

function ReturnDialog({ busy, error, name, onReturn, onClose }: ReturnProps) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onReturn(reason.trim());
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("review.returnTo", { name })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Problem error={error} />
          <Textarea
            label={t("review.reason")}
            description={t("review.reasonHelp")}
            autosize
            minRows={3}
            required
            withAsterisk={false}
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t("confirm.no")}
            </Button>
            <Button type="submit" loading={busy} disabled={!reason.trim()}>
              {t("review.return")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

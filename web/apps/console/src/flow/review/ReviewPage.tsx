import { Button, Group, Kbd, Modal, Stack, Text, Textarea } from "@mantine/core";
import type { Answer } from "@qistas/api";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { useProjectId } from "../../data/place";
import { claimReview, sendAdjudication, sendReview } from "../../data/quality";
import { say } from "../../parts/ask";
import { Empty } from "../../parts/Empty";
import { useFormat } from "../../parts/format";
import { Page } from "../../parts/Page";
import { Problem } from "../../parts/Problem";
import { Sheet } from "../../parts/Sheet";
import { Waiting } from "../../parts/Waiting";
import { Board } from "../boards";
import { Disagreement } from "./Disagreement";
import classes from "./ReviewPage.module.css";

type Mode = "look" | "correct" | "adjudicate";

/** Settling doubt: the disagreement at a glance, one key to decide. */
export default function ReviewPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const projectId = useProjectId();
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
  const [returning, setReturning] = useState(false);
  const [settled, setSettled] = useState(0);

  const item = offer.data?.item;
  const annotations = offer.data?.annotations ?? [];
  const annotation = annotations[chosen];

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new item begins anew
  useEffect(() => {
    setChosen(0);
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
      next();
    },
  });
  const busy = decide.isPending || offer.isFetching;

  const accept = (place = chosen) => {
    const target = annotations[place];
    if (target && !busy)
      decide.mutate(() => sendReview(projectId, { annotation_id: target.id, verdict: "accept", reason: "" }));
  };
  const begin = (to: Mode) => {
    setAnswer(annotation?.answer ?? {});
    setMode(to);
  };
  const keep = () => {
    if (!item || busy) return;
    if (mode === "adjudicate") decide.mutate(() => sendAdjudication(projectId, item.id, answer));
    else if (annotation)
      decide.mutate(() =>
        sendReview(projectId, { annotation_id: annotation.id, verdict: "correct", answer, reason: "" }),
      );
  };

  useEffect(() => {
    const hear = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (target.closest("input, textarea, select, [contenteditable], [role='dialog']")) return;
      if (event.ctrlKey || event.metaKey || event.altKey || !item) return;
      const key = event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : event.key;
      if (mode !== "look") {
        if (event.key === "Escape") setMode("look");
        return;
      }
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

  return (
    <Page
      title={t("stations.review")}
      lead={settled ? t("review.settled", { count: settled, n: format.whole(settled) }) : t("review.lead")}
      width="wide"
    >
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
          <Sheet title={t("review.disagreement")} note={t("review.keys")}>
            <Disagreement
              ontology={ontology.data.document}
              said={offer.data}
              chosen={chosen}
              onChoose={setChosen}
            />
          </Sheet>
          <Problem error={returning ? null : decide.error} />
          <div className={classes.bar}>
            {mode === "look" ? (
              <>
                {act("A", t("review.accept", { name: annotation?.annotator ?? "" }), () => accept(), true)}
                {act("E", t("review.correct"), () => begin("correct"))}
                {act("R", t("review.return"), () => setReturning(true))}
                {act("J", t("review.adjudicate"), () => begin("adjudicate"))}
                {act("N", t("review.pass"), next)}
              </>
            ) : (
              <>
                <Text fw={500}>{t(mode === "adjudicate" ? "review.adjudicating" : "review.correcting")}</Text>
                <Button onClick={keep} loading={decide.isPending}>
                  {t("review.keep")}
                </Button>
                <Button
                  variant="default"
                  onClick={() => setMode("look")}
                  rightSection={<Kbd size="xs">Esc</Kbd>}
                >
                  {t("confirm.no")}
                </Button>
              </>
            )}
          </div>
          <Board
            key={`${item.id} ${mode} ${mode === "look" ? chosen : ""}`}
            ontology={ontology.data.document}
            data={item.data}
            answer={mode === "look" ? (annotation?.answer ?? {}) : answer}
            onChange={mode === "look" ? undefined : setAnswer}
          />
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
            dir="auto"
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

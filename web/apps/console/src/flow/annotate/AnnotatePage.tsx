import { Button } from "@mantine/core";
import type { LoopView, TaskLoop, Work } from "@qistas/annotate-core";
import { type Chord, Dispatcher, type Option, optionKeys } from "@qistas/annotate-core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { projectQuery } from "../../data/projects";
import { useMe } from "../../data/session";
import { Answered } from "../../parts/Answered";
import { Waiting } from "../../parts/Waiting";
import classes from "./AnnotatePage.module.css";
import { keepPage } from "./boot/keepPage";
import { useTaskLoop } from "./boot/useTaskLoop";
import { useCommands } from "./commands/useCommand";
import { useKeymap } from "./commands/useKeymap";
import { AskDialog } from "./dialogs/AskDialog";
import { KeysDialog } from "./dialogs/KeysDialog";
import { SkipDialog } from "./dialogs/SkipDialog";
import { GuidelinePanel } from "./GuidelinePanel";
import { NoTask } from "./NoTask";
import { SubmitBar } from "./SubmitBar";
import { TaskBar } from "./TaskBar";
import { TaskNotes } from "./TaskNotes";
import { TaskBoard } from "./task/TaskBoard";
import { useAnswerView } from "./task/TaskScope";

interface Props {
  projectId: string;
}

/** Fills the space under the header; its parent is a flex column of the full height. */
export default function AnnotatePage({ projectId }: Props) {
  const { t } = useTranslation("annotate");
  const project = useQuery(projectQuery(projectId));
  useEffect(() => {
    document.title = `${t("title")}${project.data ? ` · ${project.data.name}` : ""} · Qistas`;
  }, [t, project.data]);
  return (
    <div className={classes.page}>
      <h1 className={classes.hidden}>{t("title")}</h1>
      <Answered query={project} rows={8}>
        {({ settings }) => (
          <Loop
            projectId={projectId}
            leaseMinutes={settings.lease_minutes}
            showGuideline={settings.show_guideline}
          />
        )}
      </Answered>
    </div>
  );
}

interface LoopProps extends Props {
  leaseMinutes: number;
  showGuideline: boolean;
}

function Loop({ projectId, leaseMinutes, showGuideline }: LoopProps) {
  const me = useMe();
  const loop = useTaskLoop({ projectId, leaseMinutes, tenantId: me.tenant.id, personId: me.person.id });
  return loop ? (
    <Desk projectId={projectId} loop={loop} showGuideline={showGuideline} />
  ) : (
    <Waiting rows={8} />
  );
}

const guidelineKey = "qistas.guideline";

function Desk({
  projectId,
  loop,
  showGuideline,
}: {
  projectId: string;
  loop: TaskLoop;
  showGuideline: boolean;
}) {
  const { t } = useTranslation("annotate");
  const view = useSyncExternalStore(loop.subscribe, loop.view);
  const [pens] = useState(() => new Map<string, string>());
  const [open, setOpen] = useState(
    () =>
      (localStorage.getItem(guidelineKey) ?? (showGuideline && innerWidth >= 1280 ? "open" : "")) === "open",
  );
  const showIt = (next: boolean): void => {
    localStorage.setItem(guidelineKey, next ? "open" : "closed");
    setOpen(next);
  };
  useEffect(keepPage, []);
  if (view.phase === "signed_out")
    return (
      <div className={classes.noTask} role="alert">
        <p>{t("signedOut.text", { count: view.waiting })}</p>
        <Button component="a" href="/sign-in" target="_blank">
          {t("signedOut.signIn")}
        </Button>
        <Button variant="default" onClick={() => loop.retry()}>
          {t("signedOut.again")}
        </Button>
      </div>
    );
  if (!view.work) return <NoTask loop={loop} view={view} />;
  return (
    <Task
      projectId={projectId}
      loop={loop}
      view={view}
      work={view.work}
      pens={pens}
      guidelineOpen={open}
      onGuideline={showIt}
    />
  );
}

interface TaskProps {
  projectId: string;
  loop: TaskLoop;
  view: LoopView;
  work: Work;
  pens: Map<string, string>;
  guidelineOpen: boolean;
  onGuideline: (open: boolean) => void;
}

function Task({ projectId, loop, view, work, pens, guidelineOpen, onGuideline }: TaskProps) {
  const { t } = useTranslation("annotate");
  const me = useMe();
  const keymap = useKeymap();
  const [dispatcher] = useState(() => new Dispatcher(keymap.commands));
  const [triedKey, setTriedKey] = useState<string | null>(null);
  const [dialog, setDialog] = useState<"skip" | "ask" | "keys" | null>(null);
  const [note, setNote] = useState("");
  const answer = useAnswerView(work.state);
  const problems = triedKey === work.key ? work.state.problems() : noProblems;
  const allKeys: ReadonlyMap<Chord, Option> = useMemo(
    () => optionKeys(answer.asked, answer.asked[0]?.name),
    [answer.asked],
  );
  const hasGuideline = Boolean(work.ontology.guideline);
  const close = (): void => setDialog(null);

  useCommands(dispatcher, {
    submit: () => {
      if (work.state.problems().length > 0) {
        // shown anew, so that a second try brings the first problem to hand again
        setTriedKey(null);
        queueMicrotask(() => setTriedKey(work.key));
        setNote(t("problems.title"));
        return;
      }
      void loop.submit();
      setNote(t("submit.done"));
    },
    skip: () => (work.revises ? false : setDialog("skip")),
    back: () => (view.canGoBack ? loop.back() : false),
    forward: () => (view.canGoForward ? loop.forward() : false),
    guideline: () => (hasGuideline ? onGuideline(!guidelineOpen) : false),
    ask: () => (work.revises ? false : setDialog("ask")),
    keys: () => setDialog("keys"),
  });

  return (
    <>
      <TaskBoard
        ontology={work.ontology}
        data={work.offer.item.data}
        state={work.state}
        suggestion={work.offer.suggestion ?? null}
        keysFrom="page"
        commands={keymap.commands}
        dispatcher={dispatcher}
        pens={pens}
        seed={`${me.person.id} ${work.offer.item.id}`}
        problems={problems}
        onActivity={() => loop.active()}
        onUndoBeyond={() => {
          if (
            work.revises ||
            !view.canGoBack ||
            document.activeElement?.matches("input[type='text'], textarea")
          )
            return;
          loop.back();
          setNote(t("history.reopened"));
        }}
        bar={
          <TaskBar
            projectId={projectId}
            loop={loop}
            view={view}
            guidelineOpen={guidelineOpen}
            hasGuideline={hasGuideline}
          />
        }
        top={<TaskNotes loop={loop} view={view} work={work} />}
        footer={<SubmitBar view={view} />}
        aside={
          guidelineOpen && hasGuideline ? (
            <GuidelinePanel
              ontology={work.ontology}
              version={work.offer.ontology_version}
              onClose={() => onGuideline(false)}
            />
          ) : null
        }
      />
      <div className={classes.hidden} role="status">
        {note}
      </div>
      {dialog === "skip" ? (
        <SkipDialog
          onClose={close}
          onSkip={(reason, words) => {
            close();
            void loop.skip(reason, words);
          }}
        />
      ) : null}
      {dialog === "ask" ? (
        <AskDialog
          projectId={projectId}
          leaseId={work.offer.lease_id}
          onClose={close}
          onSent={() => setNote(t("ask.sent"))}
        />
      ) : null}
      {dialog === "keys" ? <KeysDialog onClose={close} optionKeys={allKeys} {...keymap} /> : null}
    </>
  );
}

const noProblems: readonly never[] = [];

import type { LoopView, TaskLoop } from "@qistas/annotate-core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { every } from "../../data/every";
import { projectQuery } from "../../data/projects";
import { may, useMe } from "../../data/session";
import { Sign } from "../../kinds/image/signs";
import { Icon } from "../../parts/Icon";
import classes from "./AnnotatePage.module.css";
import { CommandButton } from "./commands/CommandButton";
import { JournalState } from "./JournalState";
import { useAnswerView, useTaskScope } from "./task/TaskScope";

interface Props {
  projectId: string;
  loop: TaskLoop;
  view: LoopView;
  guidelineOpen: boolean;
  hasGuideline: boolean;
}

/** How far one has come, where the answers are, and the commands of the screen with their keys. */
export function TaskBar({ projectId, loop, view, guidelineOpen, hasGuideline }: Props) {
  const { t, i18n } = useTranslation("annotate");
  const { state } = useTaskScope();
  const { canUndo, canRedo } = useAnswerView(state);
  // with nothing left to undo here, undo opens the last answer again
  const reopens = view.canGoBack && view.work?.revises === null;
  const project = useQuery({ ...projectQuery(projectId), refetchInterval: every(30_000) });
  const counts = project.data?.counts;
  // Between two looks at the server, each answer sent from here is one item less that can come.
  const [look, setLook] = useState({ at: 0, done: 0 });
  if (look.at !== project.dataUpdatedAt) setLook({ at: project.dataUpdatedAt, done: view.doneHere });
  const since = Math.max(0, view.doneHere - look.done);
  const sees = may(useMe(), "see", projectId);
  // who may not see quality is told how much can still come to them at most: see ontology/read.py
  const open =
    !counts || sees ? counts?.open : Math.max(1, Math.min(counts.open, counts.tasks - counts.done - since));
  const told = sees ? "progress.open" : "progress.openUpTo";
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <div className={classes.bar}>
      <span className={classes.progress}>
        {t("progress.done", { count: view.doneHere, shown: number.format(view.doneHere) })}
        {open === undefined ? null : ` · ${t(told, { count: open, shown: number.format(open) })}`}
      </span>
      <JournalState loop={loop} view={view} />
      <div className={classes.commands} role="toolbar" aria-label={t("toolbar")}>
        <CommandButton command="undo" icon={<Sign name="undo" />} disabled={!canUndo && !reopens} />
        <CommandButton command="redo" icon={<Sign name="redo" />} disabled={!canRedo} />
        <span className={classes.gap} />
        <CommandButton command="back" icon={<Icon name="back" />} disabled={!view.canGoBack} />
        <CommandButton command="forward" icon={<Icon name="next" />} disabled={!view.canGoForward} />
        <span className={classes.gap} />
        <CommandButton
          command="guideline"
          icon={<Sign name="book" />}
          expanded={guidelineOpen && hasGuideline}
          disabled={!hasGuideline}
        />
        <CommandButton command="ask" icon={<Icon name="question" />} disabled={view.work?.revises !== null} />
        <CommandButton command="keys" icon={<Sign name="keyboard" />} />
      </div>
    </div>
  );
}

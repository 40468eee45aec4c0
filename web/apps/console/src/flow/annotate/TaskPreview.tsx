import { AnswerState, type ItemData, type Ontology as KernelOntology } from "@qistas/annotate-core";
import type { Ontology } from "@qistas/api";
import { Component, type ReactNode, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { madeUpItem } from "./madeUpItem";
import classes from "./Preview.module.css";
import { TaskBoard } from "./task/TaskBoard";

export interface TaskPreviewProps {
  ontology: Ontology;
  /** Item data by field name; when absent, the preview makes up its own. */
  data?: Record<string, unknown>;
  /** The language of titles; by default the console's. */
  language?: string;
}

/** The annotator's screen, live, on one item; nothing is sent. */
export function TaskPreview({ ontology, data, language }: TaskPreviewProps) {
  const { i18n } = useTranslation("annotate");
  const document = ontology as KernelOntology;
  const shown = language ?? i18n.language;
  const item: ItemData = useMemo(() => data ?? madeUpItem(document, shown), [data, document, shown]);
  const state = useMemo(() => new AnswerState(document, item), [document, item]);
  return (
    <Guard key={JSON.stringify(ontology)}>
      <div className={classes.preview}>
        <TaskBoard
          ontology={document}
          data={item}
          state={state}
          language={language}
          keysFrom="board"
          compact
        />
      </div>
    </Guard>
  );
}

/** A document half written may not make a screen yet: the editor beside it goes on working. */
class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };
  static getDerivedStateFromError() {
    return { broken: true };
  }
  override render() {
    return this.state.broken ? <Unfinished /> : this.props.children;
  }
}

function Unfinished() {
  const { t } = useTranslation("annotate");
  return <p className={classes.unfinished}>{t("preview.unfinished")}</p>;
}

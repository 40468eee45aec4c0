import type { Ontology } from "@qistas/api";

export interface TaskPreviewProps {
  ontology: Ontology;
  /** Item data by field name; when absent, the preview makes up its own. */
  data?: Record<string, unknown>;
  /** The language of titles; by default the console's. */
  language?: string;
}

/** The annotator's screen, live, on one item; nothing is sent. */
export function TaskPreview({ ontology, data }: TaskPreviewProps) {
  return <pre>{JSON.stringify({ ontology, data }, null, 2)}</pre>;
}

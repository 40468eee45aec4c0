/** One string, or one per language. */
export type Text = string | Record<string, string>;

export interface OntologyField {
  name: string;
  type?: "text" | "markdown" | "image" | "chat" | "json";
  title?: Text;
  direction?: "auto" | "ltr" | "rtl";
  required?: boolean;
}

export interface OntologyLabel {
  name: string;
  title?: Text;
  colour?: string;
  hotkey?: string;
  parent?: string;
}

export interface OntologyQuestion {
  name: string;
  kind: "choice" | "rating" | "text" | "span" | "box" | "pairwise" | (string & {});
  title?: Text;
  help?: Text;
  required?: boolean;
  when?: { question: string; is: string[] };
  labels?: OntologyLabel[];
  many?: boolean;
  min?: number;
  max?: number;
  step?: number;
  low_title?: Text;
  high_title?: Text;
  multiline?: boolean;
  min_length?: number;
  max_length?: number;
  field?: string;
  overlap?: boolean;
  rotate?: boolean;
  min_size?: number;
  left?: string;
  right?: string;
  tie?: boolean;
  strength?: number;
}

/** The ontology document (docs/reference/ontology.md). */
export interface Ontology {
  format: 1;
  name?: Text;
  languages?: string[];
  guideline?: Text;
  fields: OntologyField[];
  questions: OntologyQuestion[];
}

import type { components } from "./schema";

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
  kind: "choice" | "rating" | "text" | "span" | "box" | "polygon" | "pairwise" | "ranking" | (string & {});
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

/** The document as the server's OpenAPI has it: any object. Its own shape is held by the ontology station, not by the wire. */
export const asDocument = (ontology: Ontology) => ontology as unknown as Record<string, never>;

/** Names for the shapes of the server's OpenAPI document; nothing is stated twice. */
type Shapes = components["schemas"];

export interface Page<T> {
  rows: T[];
  next: string | null;
}

export type Me = Shapes["MeSent"];
export type Role = Me["role"];
export type GivenRole = Shapes["InvitationAsked"]["role"];
export type Member = Shapes["MemberSent"];
export type Invitation = Shapes["InvitationSent"];
export type Token = Shapes["TokenSent"];
export type Group = Shapes["GroupSent"];
export type Settings = Shapes["SettingsSent"];
export type Counts = Shapes["CountsSent"];
export type ProjectRow = Shapes["ProjectRowSent"];
export type Project = Shapes["ProjectSent"];
export type ProjectState = Project["state"];
export type Progress = Shapes["ProgressSent"];
export type Template = Omit<Shapes["TemplateSent"], "ontology"> & { ontology: Ontology };
export type Import = Shapes["ImportSent"];
export type Refusal = Shapes["RefusalSent"];
export type ImportPreview = Shapes["PreviewSent"];
export type Item = Shapes["ItemSent"];
export type Task = Shapes["TaskRowSent"];
export type Batch = Shapes["BatchSent"];
export type AskedQuestion = Shapes["QuestionSent"];
export type Quality = Shapes["QualitySent"];
export type QuestionQuality = Shapes["QuestionQuality"];
export type AnnotatorQuality = Shapes["AnnotatorQuality"];
export type AnnotatorInFull = Shapes["AnnotatorInFull"];
export type Consensus = Shapes["ConsensusSent"];
export type ReviewAnnotation = Shapes["ReviewAnnotation"];
export type Gold = Shapes["GoldSent"];
export type Dataset = Shapes["DatasetSent"];
export type Selection = Shapes["SelectionAsked"];
export type SelectionCount = Shapes["SelectionPreview"];
export type DatasetVersion = Shapes["VersionSent"];
export type Export = Shapes["ExportSent"];
export type ExportFormat = Shapes["ExportAsked"]["format"];
export type ErrorSearch = Shapes["SearchSent"];
export type LabelError = Shapes["LabelErrorSent"];

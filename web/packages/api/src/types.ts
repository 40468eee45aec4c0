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

export type Role = "owner" | "manager" | "reviewer" | "annotator" | "viewer";

export interface Page<T> {
  rows: T[];
  next: string | null;
}

export interface Me {
  person: {
    id: string;
    name: string;
    email: string | null;
    language: string | null;
    theme: string | null;
    keymap: Record<string, string[]> | null;
  };
  tenant: { id: string; name: string };
  role: Role;
  permissions: string[];
  tenants: { id: string; name: string; role: Role }[];
  projects: { id: string; role: Role }[];
}

export interface Setup {
  version: string;
  signed_in: boolean;
  needs_owner: boolean;
}

export interface Member {
  id: string;
  name: string;
  email: string | null;
  role: Role;
  created_at: string;
}

export interface Invitation {
  id: string;
  email: string | null;
  role: Role;
  project_id: string | null;
  project_name?: string | null;
  expires_at: string;
  created_at: string;
  state?: string;
  url?: string;
}

export interface InvitationLook {
  tenant_name: string;
  role: Role;
  email: string | null;
  project_name: string | null;
}

export interface Token {
  id: string;
  name: string;
  scopes: string[];
  expires_at: string | null;
  created_at: string;
  last_used_at?: string | null;
  token?: string;
}

export interface Group {
  id: string;
  name: string;
  members: string[];
}

export interface Settings {
  overlap: number;
  lease_minutes: number;
  price_minor: number;
  currency: string;
  method: "auto" | "majority" | "dawid_skene";
  gold_rate: number;
  review: "none" | "all" | "doubtful";
  assigned_only: boolean;
  show_guideline: boolean;
}

export interface Counts {
  items: number;
  tasks: number;
  open: number;
  done: number;
  answers: number;
  answers_today: number;
  skipped: number;
  consensus: number;
  reviewed: number;
  doubt: number;
  cost_minor: number;
}

export type ProjectState = "active" | "paused" | "archived";

export interface ProjectRow {
  id: string;
  name: string;
  state: ProjectState;
  counts: Counts;
  ontology_version: number | null;
  created_at: string;
}

export interface Project extends ProjectRow {
  description: string | null;
  settings: Settings;
}

export interface Progress {
  counts: Counts;
  days: { day: string; answers: number }[];
  annotators: { id: string; name: string; answers: number; answers_today?: number }[];
}

export interface Template {
  name: string;
  title: Text;
  description: Text;
  ontology: Ontology;
  sample: Record<string, unknown>[];
}

export interface OntologyVersion {
  version: number;
  document: Ontology;
  published_at: string;
}

export interface OntologyCheck {
  ok: boolean;
  ontology: Ontology | null;
  errors: { where: string; message: string; remedy?: string | null }[];
}

export type ImportState = "queued" | "running" | "done" | "failed" | "cancelled";

export interface Import {
  id: string;
  state: ImportState;
  name: string;
  format: string;
  rows_read: number;
  rows_added: number;
  rows_duplicate: number;
  rows_refused: number;
  bytes_read: number;
  bytes_total: number;
  detail: string | null;
  created_at: string;
}

export interface Refusal {
  line: number;
  field: string | null;
  code: string;
  reason: string;
  remedy: string | null;
  raw: string | null;
}

export interface ImportPreview {
  format: string;
  encoding: string | null;
  delimiter: string | null;
  columns: string[];
  mapping: Record<string, string>;
  rows: Record<string, unknown>[];
}

export interface Item {
  id: string;
  external_id: string | null;
  split: string | null;
  metadata: Record<string, unknown>;
  data?: Record<string, unknown>;
  state: string;
  created_at: string;
}

export interface Task {
  id: string;
  item_id: string;
  external_id: string | null;
  state: string;
  priority: number;
  assignee: string | null;
  assignee_name?: string | null;
  answers: number;
  overlap: number;
  doubt: number | null;
  batch: string | null;
  created_at: string;
}

export interface Batch {
  id: string;
  name: string;
  priority: number;
  state: "open" | "paused";
  assignees: string[];
  counts: { tasks: number; open: number; done: number };
}

export interface AskedQuestion {
  id: string;
  text: string;
  asked_by?: string;
  item_id?: string;
  created_at: string;
}

export interface QuestionQuality {
  name: string;
  kind: string;
  agreement: {
    metric: string;
    value: number | null;
    low: number | null;
    high: number | null;
    n_items: number;
  } | null;
  method: string | null;
  explanation: string | null;
  labels: { name: string; count: number }[];
  doubt: { edges: number[]; counts: number[] } | null;
  consensus: number;
  confusion?: { labels: string[]; counts: number[][] } | null;
}

export interface AnnotatorQuality {
  id: string;
  name: string;
  answers: number;
  seconds_median: number | null;
  skill: { value: number; low: number; high: number } | null;
  gold: { right: number; total: number };
  flags: string[];
}

export interface Quality {
  questions: QuestionQuality[];
  annotators: AnnotatorQuality[];
  computed_at: string | null;
}

export interface DoubtfulItem {
  item_id: string;
  question: string;
  value: unknown;
  confidence: number | null;
  doubt: number | null;
  support: number | null;
  method: string;
  disputed: boolean;
}

export interface ReviewAnnotation {
  id: string;
  annotator: string | { id: string; name: string };
  answer: Record<string, unknown>;
  seconds: number | null;
}

export interface ReviewOffer {
  item: { id: string; data: Record<string, unknown>; external_id: string | null };
  annotations: ReviewAnnotation[];
  consensus: { question: string; value: unknown; confidence: number | null; doubt: number | null }[];
}

export interface Gold {
  id: string;
  item_id: string;
  answer: Record<string, unknown>;
  created_at: string;
}

export interface Dataset {
  id: string;
  name: string;
  created_at: string;
}

export interface Selection {
  min_confidence?: number;
  max_doubt?: number;
  min_answers?: number;
  labels?: Record<string, string[]>;
  annotators?: string[];
  metadata?: Record<string, string>;
  split?: string;
  only_adjudicated?: boolean;
  exclude_gold?: boolean;
}

export interface SelectionCount {
  items: number;
  by_label: Record<string, Record<string, number>>;
  by_split: Record<string, number>;
}

export interface DatasetVersion {
  id: string;
  number: number;
  state: "sealing" | "sealed" | "failed";
  items: number;
  hash: string | null;
  note?: string | null;
  created_at: string;
}

export type ExportFormat = "jsonl" | "parquet" | "csv" | "coco" | "conll2003" | "preference";

export interface Export {
  id: string;
  state: "queued" | "running" | "done" | "failed";
  format: ExportFormat;
  rows: number;
  bytes: number;
  sha256: string | null;
}

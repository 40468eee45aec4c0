/** The ontology document as the contract gives it (docs/reference/ontology.md), and how to read its texts. */

/** A text for people: one string, or one per language. */
export type Localised = string | Readonly<Record<string, string>>;

export type Direction = "auto" | "ltr" | "rtl";
export type FieldType = "text" | "markdown" | "image" | "chat" | "json";

export interface Field {
  readonly name: string;
  readonly type?: FieldType;
  readonly title?: Localised | null;
  readonly direction?: Direction | null;
  readonly required?: boolean;
}

export interface Label {
  readonly name: string;
  readonly title?: Localised | null;
  readonly help?: Localised | null;
  readonly colour?: string | null;
  readonly hotkey?: string | null;
  readonly parent?: string | null;
}

export interface Condition {
  readonly question: string;
  readonly is: readonly (string | number)[];
}

interface QuestionBase {
  readonly name: string;
  readonly title?: Localised | null;
  readonly help?: Localised | null;
  readonly required?: boolean;
  readonly when?: Condition | null;
}

export interface ChoiceQuestion extends QuestionBase {
  readonly kind: "choice";
  readonly labels: readonly Label[];
  readonly many?: boolean;
  readonly min?: number | null;
  readonly max?: number | null;
}

export interface RatingQuestion extends QuestionBase {
  readonly kind: "rating";
  readonly min?: number | null;
  readonly max?: number | null;
  readonly step?: number | null;
  readonly low_title?: Localised | null;
  readonly high_title?: Localised | null;
}

export interface TextQuestion extends QuestionBase {
  readonly kind: "text";
  readonly multiline?: boolean;
  readonly min_length?: number | null;
  readonly max_length?: number | null;
}

export interface SpanQuestion extends QuestionBase {
  readonly kind: "span";
  readonly field: string;
  readonly labels: readonly Label[];
  readonly overlap?: boolean;
  readonly min?: number | null;
  readonly max?: number | null;
}

export interface BoxQuestion extends QuestionBase {
  readonly kind: "box";
  readonly field: string;
  readonly labels: readonly Label[];
  readonly rotate?: boolean;
  readonly min?: number | null;
  readonly max?: number | null;
  readonly min_size?: number | null;
}

export interface PolygonQuestion extends QuestionBase {
  readonly kind: "polygon";
  readonly field: string;
  readonly labels: readonly Label[];
  readonly min?: number | null;
  readonly max?: number | null;
}

export interface PairwiseQuestion extends QuestionBase {
  readonly kind: "pairwise";
  readonly left: string;
  readonly right: string;
  readonly tie?: boolean;
  readonly strength?: number | null;
}

export interface RankingQuestion extends QuestionBase {
  readonly kind: "ranking";
  readonly labels: readonly Label[];
  readonly ties?: boolean;
  readonly top?: number | null;
}

export type Question =
  | ChoiceQuestion
  | RatingQuestion
  | TextQuestion
  | SpanQuestion
  | BoxQuestion
  | PolygonQuestion
  | PairwiseQuestion
  | RankingQuestion;

export type KindName = Question["kind"];

export interface Ontology {
  readonly format?: number;
  readonly name?: Localised | null;
  readonly languages?: readonly string[];
  readonly guideline?: Localised | null;
  readonly fields: readonly Field[];
  readonly questions: readonly Question[];
}

/** The text in `language`, else in one of `fallbacks` in their order, else in any language, else `otherwise`. */
export function localised(
  text: Localised | null | undefined,
  language: string,
  otherwise = "",
  fallbacks: readonly string[] = [],
): string {
  if (text === null || text === undefined) return otherwise;
  if (typeof text === "string") return text || otherwise;
  for (const one of [language, language.split("-")[0] ?? language, ...fallbacks]) {
    const found = text[one];
    if (found) return found;
  }
  return Object.values(text).find(Boolean) ?? otherwise;
}

export function labelsOf(question: Question): readonly Label[] {
  return "labels" in question ? question.labels : [];
}

export function isRequired(question: Question): boolean {
  return question.required !== false;
}

export function fieldNamed(ontology: Ontology, name: string): Field | undefined {
  return ontology.fields.find((field) => field.name === name);
}

/** Fields a question draws upon: the screen puts the question's surface there. */
export function fieldsOf(question: Question): readonly string[] {
  switch (question.kind) {
    case "span":
    case "box":
    case "polygon":
      return [question.field];
    case "pairwise":
      return [question.left, question.right];
    default:
      return [];
  }
}

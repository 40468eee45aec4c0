/** The value of an answer, one shape for each kind. */

export interface ChoiceValue {
  readonly labels: readonly string[];
}
export interface RatingValue {
  readonly value: number;
}
export interface TextValue {
  readonly text: string;
}
/** `start` and `end` count Unicode code points of the field as stored; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}
export interface SpanValue {
  readonly spans: readonly Span[];
}
/** Pixels of the stored image; `rotation` in degrees clockwise about the centre. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly rotation?: number;
  readonly label: string;
}
export interface BoxValue {
  readonly boxes: readonly Box[];
}
/** A closed outline in pixels of the stored image; the first point does not stand again at the end. */
export interface Polygon {
  readonly points: readonly (readonly [number, number])[];
  readonly label: string;
}
export interface PolygonValue {
  readonly polygons: readonly Polygon[];
}
export interface PairwiseValue {
  readonly choice: "left" | "right" | "tie";
  readonly strength?: number;
}
/** Groups of names, the best first; those in one group share a place. */
export interface RankingValue {
  readonly order: readonly (readonly string[])[];
}

export interface ValueOf {
  choice: ChoiceValue;
  rating: RatingValue;
  text: TextValue;
  span: SpanValue;
  box: BoxValue;
  polygon: PolygonValue;
  pairwise: PairwiseValue;
  ranking: RankingValue;
}

export type Value = ValueOf[keyof ValueOf];

/** Question name → value. A question that was not asked, or was left empty, is absent. */
export type Answer = Readonly<Record<string, Value>>;

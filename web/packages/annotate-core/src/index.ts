export * from "./answer";
export * from "./answerState";
export * from "./asked";
export * from "./check";
export * from "./history";
export * from "./journal/entry";
export * from "./journal/indexedDb";
export * from "./journal/outbox";
export * from "./journal/store";
export * from "./keys/chord";
export * from "./keys/commands";
export * from "./keys/dispatcher";
export * from "./keys/keymap";
export * from "./keys/optionKeys";
export { rulesOf } from "./kinds/index";
export { pairwiseScale, samePreference, strengthLevels } from "./kinds/pairwise";
export { edgesThatMeet, signedArea } from "./kinds/polygon";
export {
  dealt,
  moveRanked,
  placeOf,
  rankAt,
  rankedCount,
  rankNext,
  tieRanked,
  unrank,
} from "./kinds/ranking";
export { onScale, type RatingScale, ratingScale, ratingSteps } from "./kinds/rating";
export type { ItemData, Problem } from "./kinds/rules";
export * from "./labelColours";
export * from "./labelTree";
export * from "./loop/activeTime";
export * from "./loop/taskLoop";
export * from "./loop/transport";
export * from "./loop/work";
export * from "./ontology";
export * from "./suggestion";
export * from "./text/arabicPrefixes";
export * from "./text/blocks";
export { Boundaries } from "./text/boundaries";
export * from "./text/caret";
export * from "./text/codePoints";
export * from "./text/lanes";
export * from "./text/snap";
export * from "./text/spanEdits";
export * from "./text/spanIndex";

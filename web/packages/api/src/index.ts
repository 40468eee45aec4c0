export { type Answer, ApiProblem, type Place, problemFrom } from "./problem";
export { type Query, request, requestLines, root, sendLines } from "./request";
export * from "./types";

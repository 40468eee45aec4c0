export { asItIs, inLines, server, take } from "./client";
export { type Answer, ApiProblem, type Place, problemFrom } from "./problem";
export { type Query, request } from "./request";
export * from "./types";

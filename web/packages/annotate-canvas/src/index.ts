export * from "./box";
export * from "./boxTool";
export * from "./grid";
export type { Look } from "./paint";
export * from "./snap";
export * from "./surface";
export * from "./view";

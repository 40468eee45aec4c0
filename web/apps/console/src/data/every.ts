import { ApiProblem } from "@qistas/api";

/** Ask again every so often, but not for what is not there or not ours: asking cannot change that. */
export const every =
  (milliseconds: number) =>
  ({ state }: { state: { error: Error | null } }): number | false =>
    state.error instanceof ApiProblem && !state.error.passing ? false : milliseconds;

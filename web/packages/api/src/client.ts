import createClient from "openapi-fetch";
import { ApiProblem, problemFrom } from "./problem";
import type { paths } from "./schema";

/** The server's addresses with their parameters and answers, as its OpenAPI document states them. */
export const server = createClient<paths>({ baseUrl: "", credentials: "same-origin" });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What a call gave; an ApiProblem is thrown when the server refused or could not be reached. */
export async function take<T>(call: Promise<Outcome<T>>): Promise<T> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, { code: "network", title: "The server could not be reached." });
  }
  const { data, error, response } = outcome;
  if (response.ok) return data as T;
  if (error !== null && typeof error === "object")
    throw new ApiProblem(response.status, error as Record<string, unknown>);
  throw await problemFrom(new Response(null, { status: response.status, statusText: response.statusText }));
}

/** A body that is sent as it is: NDJSON text, or a form. */
export const asItIs = <T>(body: T): T => body;

/** Objects as NDJSON, one a line. */
export const inLines = (things: unknown[]): string =>
  things.map((thing) => `${JSON.stringify(thing)}\n`).join("");

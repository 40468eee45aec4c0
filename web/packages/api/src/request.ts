import { ApiProblem, problemFrom } from "./problem";

export type Query = Record<string, string | number | boolean | null | undefined>;

interface Options {
  query?: Query;
  /** Sent as JSON, unless it is a FormData (multipart). */
  body?: unknown;
  signal?: AbortSignal;
  /** Let the request finish when the page is closed. */
  keepalive?: boolean;
}

const root = "/api/v1";

function address(path: string, query?: Query): string {
  const pairs = Object.entries(query ?? {}).filter(
    ([, value]) => value !== undefined && value !== null && value !== "",
  );
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]));
  return pairs.length ? `${root}${path}?${search}` : `${root}${path}`;
}

async function send(method: string, path: string, options: Options, accept: string): Promise<Response> {
  const init: RequestInit = { method, credentials: "same-origin", headers: { Accept: accept } };
  if (options.signal) init.signal = options.signal;
  if (options.keepalive) init.keepalive = true;
  if (options.body instanceof FormData) init.body = options.body;
  else if (options.body !== undefined) {
    init.body = JSON.stringify(options.body);
    init.headers = { Accept: accept, "Content-Type": "application/json" };
  }
  let response: Response;
  try {
    response = await fetch(address(path, options.query), init);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, { code: "network", title: "The server could not be reached." });
  }
  if (!response.ok) throw await problemFrom(response);
  return response;
}

/** Ask the server; the answer's JSON, or an ApiProblem thrown. */
export async function request<T>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  options: Options = {},
): Promise<T> {
  const response = await send(method, path, options, "application/json");
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** One place at fault: where it is, what is wrong, what to do. */
export interface Place {
  where: string;
  message: string;
  remedy?: string | null;
  /** The same for a program: a stable code (may be empty) and what stands in the sentence. */
  code?: string;
  params?: Record<string, string | number>;
}

/** An answer to one task: question name → value. */
export type Answer = Record<string, unknown>;

/** What the server said when it refused, or that it could not be reached (`code: "network"`). */
export class ApiProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly places: Place[];
  readonly requestId: string | undefined;
  readonly body: Record<string, unknown>;

  constructor(status: number, body: Record<string, unknown>) {
    const text = (key: string) => (typeof body[key] === "string" ? (body[key] as string) : "");
    super(text("detail") || text("title") || `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = text("code") || (status === 0 ? "network" : `http_${status}`);
    this.detail = text("detail") || text("title");
    this.places = Array.isArray(body.errors) ? (body.errors as Place[]) : [];
    this.requestId = text("request_id") || undefined;
    this.body = body;
  }

  /** True when trying again later can help: no network, or the server is busy or starting. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** The problem a failed response carries, whatever its body is. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  let body: Record<string, unknown> = {};
  try {
    const parsed: unknown = await response.json();
    if (parsed !== null && typeof parsed === "object") body = parsed as Record<string, unknown>;
  } catch {
    body = { title: response.statusText };
  }
  return new ApiProblem(response.status, body);
}

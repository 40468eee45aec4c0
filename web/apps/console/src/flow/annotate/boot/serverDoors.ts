import { type Mine, type Offer, type Ontology, type Transport, TransportError } from "@qistas/annotate-core";
import { ApiProblem, request } from "@qistas/api";

const patience = 30_000;

/** The doors of the server for one project's annotator. */
export function serverDoors(projectId: string): Transport {
  const root = `/projects/${projectId}`;
  const ask = async <T>(method: "GET" | "POST" | "PUT", path: string, body?: unknown): Promise<T> => {
    try {
      return await request<T>(method, `${root}${path}`, {
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(patience),
      });
    } catch (error) {
      throw told(error);
    }
  };
  return {
    ontology: async (version) =>
      (await ask<{ document: Ontology }>("GET", `/ontology?version=${version}`)).document,
    claim: (limit, holding) => ask("POST", "/claim", { limit, holding }),
    renew: (lease) => ask("POST", `/leases/${lease}/renew`),
    release: (lease) => ask("POST", `/leases/${lease}/release`),
    skip: (lease, reason, note) => ask("POST", `/leases/${lease}/skip`, note ? { reason, note } : { reason }),
    draft: (lease, answer, seconds) => ask("PUT", `/leases/${lease}/draft`, { answer, seconds }),
    submit: (body) => ask<{ annotation: never; tasks: Offer[] }>("POST", "/annotations", body),
    revise: (annotation, body) => ask("POST", `/annotations/${annotation}/revise`, body),
    mine: async () => (await ask<{ rows: Mine[] }>("GET", "/annotations/mine?limit=50")).rows,
  };
}

/** What kind of trouble it is decides whether the journal waits, asks to sign in, or shows a refusal. */
function told(error: unknown): TransportError {
  if (!(error instanceof ApiProblem)) return new TransportError("away", "network", String(error));
  if (error.status === 401) return new TransportError("signed_out", error.code, error.detail);
  const passing = error.passing || error.status >= 500 || error.status === 408;
  return new TransportError(passing ? "away" : "refused", error.code, error.detail, error.places);
}

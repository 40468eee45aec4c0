import type { Answer } from "../answer";
import type { Ontology } from "../ontology";

/** A task put to this annotator, as `POST …/claim` gives it. */
export interface Offer {
  readonly task_id: string;
  readonly lease_id: string;
  readonly expires_at: string;
  readonly ontology_version: number;
  readonly item: {
    readonly id: string;
    readonly data: Readonly<Record<string, unknown>>;
    readonly external_id?: string | null;
  };
  readonly draft?: Answer | null;
  readonly draft_seconds?: number | null;
  /** Why a reviewer sent this back, when one did. */
  readonly returned?: string | null;
  readonly suggestion?: Answer | null;
}

export type NothingBecause = "empty" | "paused" | "done";

export interface Claimed {
  readonly tasks: readonly Offer[];
  readonly left?: number | null;
  readonly reason?: NothingBecause | null;
}

export interface Submitted {
  readonly annotation: {
    readonly id: string;
    readonly task_id: string;
    readonly revision: number;
    readonly late?: boolean;
    readonly created_at: string;
  };
  readonly tasks?: readonly Offer[];
}

/** One of my last answers, from before this page was opened. */
export interface Mine {
  readonly id: string;
  readonly task_id: string;
  readonly item: Offer["item"];
  readonly answer: Answer;
  readonly revision: number;
  readonly created_at: string;
  readonly ontology_version?: number;
}

export const skipReasons = ["unclear", "broken", "not_my_language", "harmful", "other"] as const;
export type SkipReason = (typeof skipReasons)[number];

/** The doors of the server the loop goes through. Each rejects with a TransportError. */
export interface Transport {
  ontology(version: number): Promise<Ontology>;
  /** `holding`: leases this browser has; others of this annotator come again first. */
  claim(limit: number, holding: readonly string[]): Promise<Claimed>;
  renew(leaseId: string): Promise<{ expires_at: string }>;
  release(leaseId: string): Promise<void>;
  skip(leaseId: string, reason: SkipReason, note: string | undefined): Promise<void>;
  draft(leaseId: string, answer: Answer, seconds: number): Promise<void>;
  submit(body: {
    lease_id: string;
    answer: Answer;
    seconds: number;
    client_key: string;
    next: number;
    holding: readonly string[];
  }): Promise<Submitted>;
  revise(annotationId: string, body: { answer: Answer; seconds: number; client_key: string }): Promise<void>;
  mine(): Promise<readonly Mine[]>;
}

/**
 * Why a request did not do its work: `away` (no network, or the server cannot answer now: try again), `signed_out`
 * (sign in, then try again), `refused` (the server understood and said no: trying again changes nothing).
 */
export class TransportError extends Error {
  constructor(
    readonly kind: "away" | "signed_out" | "refused",
    readonly code: string,
    message: string,
    readonly places: readonly { where: string; message: string }[] = [],
  ) {
    super(message);
    this.name = "TransportError";
  }
}

/** Any rejection as a TransportError: what is not known counts as `away`, so that nothing is given up. */
export function asTransportError(error: unknown): TransportError {
  if (error instanceof TransportError) return error;
  return new TransportError("away", "network", error instanceof Error ? error.message : String(error));
}

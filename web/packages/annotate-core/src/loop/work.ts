import type { Answer } from "../answer";
import { AnswerState } from "../answerState";
import type { Ontology } from "../ontology";
import { ActiveTime } from "./activeTime";
import type { Offer } from "./transport";

/** One task before the person, or ready to be: the offer with its answer, undo history and clock. */
export interface Work {
  /** The lease, or `revise:` and the answer that is opened again. */
  readonly key: string;
  readonly offer: Offer;
  readonly ontology: Ontology;
  readonly state: AnswerState;
  readonly time: ActiveTime;
  /** Set when this is an answer already given, opened again. */
  readonly revises: Done | null;
  /** `performance.now()` of the last word from the server about the lease. */
  leasedAt: number;
  leaseMs: number;
  /** The lease ran out: the answer is still taken, and marked late. */
  lapsed: boolean;
}

/** An answer already given. */
export interface Done {
  readonly key: string;
  readonly offer: Offer;
  readonly ontology: Ontology;
  answer: Answer;
  annotationId: string | undefined;
  readonly at: string;
}

export function workOn(
  offer: Offer,
  ontology: Ontology,
  start: { answer: Answer | undefined; seconds: number },
  usualLeaseMs: number,
): Work {
  const expiresIn = Date.parse(offer.expires_at) - Date.now();
  return {
    key: offer.lease_id,
    offer,
    ontology,
    state: new AnswerState(ontology, offer.item.data, start.answer ?? offer.draft ?? {}),
    time: new ActiveTime(start.seconds),
    revises: null,
    leasedAt: performance.now(),
    // the two clocks may disagree: never believe in less than a minute or more than the project's own time
    leaseMs: Math.min(Math.max(expiresIn || 0, 60_000), usualLeaseMs),
    lapsed: false,
  };
}

export function workAgain(done: Done): Work {
  return {
    key: `revise:${done.key}`,
    offer: done.offer,
    ontology: done.ontology,
    state: new AnswerState(done.ontology, done.offer.item.data, done.answer),
    time: new ActiveTime(0),
    revises: done,
    leasedAt: performance.now(),
    leaseMs: Number.POSITIVE_INFINITY,
    lapsed: false,
  };
}

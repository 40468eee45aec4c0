import type { Answer } from "../answer";
import type { Offer, SkipReason } from "../loop/transport";

interface EntryBase {
  /** The client key: sending an entry twice gives one annotation. */
  readonly key: string;
  /** Whose, and where: `tenant/person/project`. Only its own person's journal is replayed. */
  readonly scope: string;
  readonly taskId: string;
  readonly leaseId: string;
  /** When it was given. Of two entries for one task the later stands, so no two of a page have the same. */
  readonly writtenAt: string;
  /** The page that sends it; another takes it over only when that page is gone. */
  readonly tab?: string | undefined;
  /** Set when the server said no: kept for the person to see, not sent again by itself. */
  readonly refusal?: { readonly code: string; readonly message: string } | undefined;
}

export interface SubmitEntry extends EntryBase {
  readonly act: "submit";
  readonly answer: Answer;
  readonly seconds: number;
  /** The task itself, so that a refused answer can be opened again. Gone once the answer is acknowledged. */
  readonly offer: Offer;
}

export interface ReviseEntry extends EntryBase {
  readonly act: "revise";
  readonly answer: Answer;
  readonly seconds: number;
  readonly offer: Offer;
  /** The annotation, or the key of the submit that is still to be acknowledged. */
  readonly annotationId: string | undefined;
  readonly after: string | undefined;
}

export interface SkipEntry extends EntryBase {
  readonly act: "skip";
  readonly reason: SkipReason;
  readonly note: string | undefined;
}

/** One act of a person that the server must come to know. */
export type Entry = SubmitEntry | ReviseEntry | SkipEntry;

/** A task this browser holds a lease on, with the answer so far: it outlives a reload. */
export interface Held {
  readonly leaseId: string;
  readonly scope: string;
  readonly tab: string;
  readonly offer: Offer;
  readonly answer: Answer | undefined;
  readonly seconds: number;
}

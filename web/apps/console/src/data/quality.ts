import { type Answer, type Consensus, type ReviewAnnotation, server, take } from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { allPages } from "./allPages";
import { every } from "./every";

const of = (projectId: string) => ({ path: { project_id: projectId } });

export const qualityQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "quality"],
    queryFn: () => take(server.GET("/api/v1/projects/{project_id}/quality", { params: of(projectId) })),
    refetchInterval: every(10_000),
  });

export const doubtfulQuery = (projectId: string, question: string, leastDoubt: number) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "quality", "items", question, leastDoubt],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/quality/items", {
          params: { ...of(projectId), query: { question, min_doubt: leastDoubt, after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export function useInfer(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      take(
        server.POST("/api/v1/projects/{project_id}/quality/consensus", { params: of(projectId), body: {} }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "quality"] }),
  });
}

export const annotatorQuery = (projectId: string, annotatorId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "quality", "annotator", annotatorId],
    queryFn: () =>
      take(
        server.GET("/api/v1/projects/{project_id}/quality/annotators/{annotator_id}", {
          params: { path: { project_id: projectId, annotator_id: annotatorId } },
        }),
      ),
  });

export type FlagDecision = "keep" | "pause" | "dismiss";

/** Decide on a flag: nothing happens to an annotator unless a person says so. */
export function useDecideFlag(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; decision: FlagDecision; note: string }) =>
      take(
        server.POST("/api/v1/projects/{project_id}/quality/flags/{flag_id}", {
          params: { path: { project_id: projectId, flag_id: id } },
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "quality"] }),
  });
}

export function useResume(projectId: string, annotatorId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () =>
      take(
        server.DELETE("/api/v1/projects/{project_id}/quality/pauses/{annotator_id}", {
          params: { path: { project_id: projectId, annotator_id: annotatorId } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "quality"] }),
  });
}

export const goldQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "gold"],
    queryFn: () =>
      allPages((after) =>
        take(
          server.GET("/api/v1/projects/{project_id}/gold", {
            params: { ...of(projectId), query: { limit: 500, after } },
          }),
        ),
      ),
  });

export function usePlantGold(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { item_id: string; answer: Answer }) =>
      take(server.POST("/api/v1/projects/{project_id}/gold", { params: of(projectId), body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "gold"] }),
  });
}

export function useRemoveGold(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      take(
        server.DELETE("/api/v1/projects/{project_id}/gold/{gold_id}", {
          params: { path: { project_id: projectId, gold_id: id } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "gold"] }),
  });
}

/** What annotators said of one item, and what was inferred. */
export interface Said {
  item: { id: string; data: Record<string, unknown>; external_id: string | null };
  ontology_version: number | null;
  annotations: Pick<ReviewAnnotation, "id" | "annotator" | "answer" | "seconds">[];
  consensus: Consensus[];
}

/** The next item to review that is not among those passed over; null when there is none. */
export async function claimReview(projectId: string, passed: string[]): Promise<Said | null> {
  const offer = await take(
    server.POST("/api/v1/projects/{project_id}/reviews/claim", { params: of(projectId), body: { passed } }),
  );
  if (!offer.item) return null;
  return {
    item: offer.item,
    ontology_version: offer.ontology_version ?? null,
    annotations: offer.annotations ?? [],
    consensus: offer.consensus ?? [],
  };
}

interface HistoryLine {
  id: string;
  annotator_id: string;
  annotator: string;
  answer: Answer;
  seconds: number;
}

/** A reviewer's verdict or an expert's decision on an item. */
export interface Judged {
  id: string;
  who: string;
  verdict: "accept" | "correct" | "return" | "adjudicate";
  reason: string;
  created_at: string;
}

interface JudgementLine {
  id: string;
  reviewer?: string;
  decided_by?: string;
  verdict?: Judged["verdict"];
  reason: string;
  created_at: string;
}

export const saidQuery = (projectId: string, itemId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "quality", "item", itemId],
    queryFn: async (): Promise<Said & { judged: Judged[] }> => {
      const history = await take(
        server.GET("/api/v1/projects/{project_id}/quality/items/{item_id}", {
          params: { path: { project_id: projectId, item_id: itemId } },
        }),
      );
      // Revisions stand in their order: the last of each annotator is what they say now.
      const last = new Map(
        (history.annotations as unknown as HistoryLine[]).map((line) => [line.annotator_id, line]),
      );
      const lines = [...history.reviews, ...history.adjudications] as unknown as JudgementLine[];
      return {
        item: history.item as Said["item"],
        ontology_version: null,
        annotations: [...last.values()],
        consensus: history.consensus ?? [],
        judged: lines
          .map(({ reviewer, decided_by, verdict, ...line }) => ({
            ...line,
            who: reviewer ?? decided_by ?? "",
            verdict: verdict ?? ("adjudicate" as const),
          }))
          .sort((a, b) => a.created_at.localeCompare(b.created_at)),
      };
    },
  });

export type Verdict =
  | { annotation_id: string; verdict: "accept"; reason: string }
  | { annotation_id: string; verdict: "correct"; answer: Answer; reason: string }
  | { annotation_id: string; verdict: "return"; reason: string };

export const sendReview = (projectId: string, body: Verdict) =>
  take(server.POST("/api/v1/projects/{project_id}/reviews", { params: of(projectId), body }));

export const sendAdjudication = (projectId: string, itemId: string, answer: Answer) =>
  take(
    server.POST("/api/v1/projects/{project_id}/adjudications", {
      params: of(projectId),
      body: { item_id: itemId, answer, reason: "" },
    }),
  );

import {
  type Answer,
  type DoubtfulItem,
  type Gold,
  type Page,
  type Quality,
  type Query,
  type ReviewOffer,
  request,
} from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const qualityQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "quality"],
    queryFn: () => request<Quality>("GET", `/projects/${projectId}/quality`),
    refetchInterval: 10_000,
  });

export const doubtfulQuery = (projectId: string, query: Query) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "quality", "items", query],
    queryFn: ({ pageParam }) =>
      request<Page<DoubtfulItem>>("GET", `/projects/${projectId}/quality/items`, {
        query: { ...query, after: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export function useInfer(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (method?: string) =>
      request<unknown>("POST", `/projects/${projectId}/quality/consensus`, {
        body: method ? { method } : {},
      }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "quality"] }),
  });
}

export const goldQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "gold"],
    queryFn: () => request<Page<Gold>>("GET", `/projects/${projectId}/gold`, { query: { limit: 200 } }),
  });

export function usePlantGold(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { item_id: string; answer: Answer }) =>
      request<Gold>("POST", `/projects/${projectId}/gold`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "gold"] }),
  });
}

export function useRemoveGold(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => request<void>("DELETE", `/projects/${projectId}/gold/${id}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "gold"] }),
  });
}

/** The next thing to review; null when there is none. */
export async function claimReview(projectId: string): Promise<ReviewOffer | null> {
  const offer = await request<ReviewOffer | null | Record<string, never>>(
    "POST",
    `/projects/${projectId}/reviews/claim`,
    { body: {} },
  );
  return offer && "item" in offer && offer.item ? (offer as ReviewOffer) : null;
}

export type Verdict =
  | { annotation_id: string; verdict: "accept"; reason?: string }
  | { annotation_id: string; verdict: "correct"; answer: Answer; reason?: string }
  | { annotation_id: string; verdict: "return"; reason: string };

export const sendReview = (projectId: string, body: Verdict) =>
  request<unknown>("POST", `/projects/${projectId}/reviews`, { body });

export const sendAdjudication = (
  projectId: string,
  body: { item_id: string; answer: Answer; reason?: string },
) => request<unknown>("POST", `/projects/${projectId}/adjudications`, { body });

import { type AskedQuestion, type Batch, type Page, type Query, request, type Task } from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const taskPagesQuery = (projectId: string, query: Query) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "tasks", query],
    queryFn: ({ pageParam }) =>
      request<Page<Task>>("GET", `/projects/${projectId}/tasks`, { query: { ...query, after: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export function useChangeTask(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; priority?: number; assignee?: string | null }) =>
      request<Task>("PATCH", `/projects/${projectId}/tasks/${id}`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "tasks"] }),
  });
}

export const batchesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "batches"],
    queryFn: () => request<Page<Batch>>("GET", `/projects/${projectId}/batches`, { query: { limit: 200 } }),
  });

export function useMakeBatch(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; priority: number }) =>
      request<Batch>("POST", `/projects/${projectId}/batches`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "batches"] }),
  });
}

export function useChangeBatch(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      id,
      ...body
    }: {
      id: string;
      name?: string;
      priority?: number;
      state?: Batch["state"];
      assignees?: string[];
    }) => request<Batch>("PATCH", `/projects/${projectId}/batches/${id}`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
}

export const questionsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "questions"],
    queryFn: ({ pageParam }) =>
      request<Page<AskedQuestion>>("GET", `/projects/${projectId}/questions`, {
        query: { after: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

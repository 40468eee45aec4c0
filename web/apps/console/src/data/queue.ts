import { type Batch, server, take } from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

const of = (projectId: string) => ({ path: { project_id: projectId } });

/** The server writes "nobody in particular" as the zero id. */
export const nobody = "00000000-0000-0000-0000-000000000000";

export const taskStates = ["open", "held", "done", "paused", "withdrawn"] as const;
export type TaskState = (typeof taskStates)[number];

export const taskPagesQuery = (
  projectId: string,
  asked: { state: TaskState | null; batch_id: string | null },
) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "tasks", asked],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/tasks", {
          params: { ...of(projectId), query: { ...asked, after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export function useChangeTask(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, ...body }: { id: string; priority?: number; assignee?: string }) =>
      take(
        server.PATCH("/api/v1/projects/{project_id}/tasks/{task_id}", {
          params: { path: { project_id: projectId, task_id: id } },
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "tasks"] }),
  });
}

export const batchesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "batches"],
    queryFn: () => take(server.GET("/api/v1/projects/{project_id}/batches", { params: of(projectId) })),
  });

export function useMakeBatch(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { name: string; priority: number }) =>
      take(server.POST("/api/v1/projects/{project_id}/batches", { params: of(projectId), body })),
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
      state?: "open" | "paused";
      assignee?: NonNullable<Batch["assignee"]>;
    }) =>
      take(
        server.PATCH("/api/v1/projects/{project_id}/batches/{batch_id}", {
          params: { path: { project_id: projectId, batch_id: id } },
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
}

export const questionsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "questions"],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/questions", {
          params: { ...of(projectId), query: { after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export function useReply(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ id, text }: { id: string; text: string }) =>
      take(
        server.POST("/api/v1/projects/{project_id}/questions/{question_id}/reply", {
          params: { path: { project_id: projectId, question_id: id } },
          body: { text },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "questions"] }),
  });
}

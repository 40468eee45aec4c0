import { type ExportFormat, type Selection, server, take } from "@qistas/api";
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";
import { allPages } from "./allPages";

const root = "/api/v1/projects/{project_id}/datasets" as const;
const of = (projectId: string) => ({ params: { path: { project_id: projectId } } });
const one = (projectId: string, datasetId: string) => ({
  params: { path: { project_id: projectId, dataset_id: datasetId } },
});

export const datasetsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets"],
    queryFn: () =>
      allPages((after) =>
        take(server.GET(root, { params: { path: { project_id: projectId }, query: { limit: 500, after } } })),
      ),
  });

export function useMakeDataset(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => take(server.POST(root, { ...of(projectId), body: { name } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: datasetsQuery(projectId).queryKey }),
  });
}

/** What to seal: which items, and how they are split. */
export interface Wanted {
  selection: Selection;
  splits: Record<string, number> | null;
  seed: number;
  keep_splits: boolean;
}

export const selectionQuery = (projectId: string, datasetId: string, body: Wanted) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "selection", body],
    queryFn: () =>
      take(
        server.POST("/api/v1/projects/{project_id}/datasets/{dataset_id}/preview", {
          ...one(projectId, datasetId),
          body,
        }),
      ),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const versionsQuery = (projectId: string, datasetId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "versions"],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/datasets/{dataset_id}/versions", {
          params: { path: { project_id: projectId, dataset_id: datasetId }, query: { after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.rows.some((row) => row.state === "sealing")) ? 1_000 : false,
  });

export function useSeal(projectId: string, datasetId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: Wanted & { note: string }) =>
      take(
        server.POST("/api/v1/projects/{project_id}/datasets/{dataset_id}/versions", {
          ...one(projectId, datasetId),
          body,
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: versionsQuery(projectId, datasetId).queryKey }),
  });
}

/** Seal a version that failed after all. */
export function useSealAgain(projectId: string, datasetId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (versionId: string) =>
      take(
        server.POST("/api/v1/projects/{project_id}/datasets/{dataset_id}/versions/{version_id}/retry", {
          params: { path: { project_id: projectId, dataset_id: datasetId, version_id: versionId } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: versionsQuery(projectId, datasetId).queryKey }),
  });
}

/** What came, went and changed from the earlier version to the later. */
export const compareQuery = (projectId: string, datasetId: string, earlier: string, later: string) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "compare", earlier, later],
    queryFn: () =>
      take(
        server.GET("/api/v1/projects/{project_id}/datasets/{dataset_id}/versions/{version_id}/compare", {
          params: {
            path: { project_id: projectId, dataset_id: datasetId, version_id: later },
            query: { with: earlier },
          },
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const beginExport = (projectId: string, datasetId: string, version: string, format: ExportFormat) =>
  take(
    server.POST("/api/v1/projects/{project_id}/datasets/{dataset_id}/versions/{version_id}/exports", {
      params: { path: { project_id: projectId, dataset_id: datasetId, version_id: version } },
      body: { format, options: {} },
    }),
  );

export const exportQuery = (projectId: string, exportId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "exports", exportId],
    queryFn: () =>
      take(
        server.GET("/api/v1/projects/{project_id}/exports/{export_id}", {
          params: { path: { project_id: projectId, export_id: exportId } },
        }),
      ),
    refetchInterval: ({ state }) =>
      state.data?.state === "done" || state.data?.state === "failed" ? false : 700,
  });

export const exportFile = (projectId: string, exportId: string) =>
  `/api/v1/projects/${projectId}/exports/${exportId}/file`;

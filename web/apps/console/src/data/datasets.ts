import {
  type Dataset,
  type DatasetVersion,
  type Export,
  type ExportFormat,
  type Page,
  request,
  type Selection,
  type SelectionCount,
} from "@qistas/api";
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

const place = (projectId: string, datasetId?: string) =>
  `/projects/${projectId}/datasets${datasetId ? `/${datasetId}` : ""}`;

export const datasetsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets"],
    queryFn: () => request<Page<Dataset>>("GET", place(projectId), { query: { limit: 200 } }),
  });

export function useMakeDataset(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => request<Dataset>("POST", place(projectId), { body: { name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: datasetsQuery(projectId).queryKey }),
  });
}

export const selectionQuery = (projectId: string, datasetId: string, selection: Selection) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "selection", selection],
    queryFn: () =>
      request<SelectionCount>("POST", `${place(projectId, datasetId)}/preview`, { body: { selection } }),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });

export const versionsQuery = (projectId: string, datasetId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "versions"],
    queryFn: () =>
      request<Page<DatasetVersion>>("GET", `${place(projectId, datasetId)}/versions`, {
        query: { limit: 200 },
      }),
    refetchInterval: ({ state }) => (state.data?.rows.some((row) => row.state === "sealing") ? 1_000 : false),
  });

export function useSeal(projectId: string, datasetId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      selection: Selection;
      splits?: Record<string, number>;
      seed?: number;
      note?: string;
    }) => request<DatasetVersion>("POST", `${place(projectId, datasetId)}/versions`, { body }),
    onSuccess: () => queries.invalidateQueries({ queryKey: versionsQuery(projectId, datasetId).queryKey }),
  });
}

export const compareQuery = (projectId: string, datasetId: string, version: string, other: string) =>
  queryOptions({
    queryKey: ["project", projectId, "datasets", datasetId, "compare", version, other],
    queryFn: () =>
      request<Record<string, unknown>>("GET", `${place(projectId, datasetId)}/versions/${version}/compare`, {
        query: { with: other },
      }),
    staleTime: Number.POSITIVE_INFINITY,
  });

export const beginExport = (projectId: string, datasetId: string, version: string, format: ExportFormat) =>
  request<Export>("POST", `${place(projectId, datasetId)}/versions/${version}/exports`, { body: { format } });

export const exportQuery = (projectId: string, exportId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "exports", exportId],
    queryFn: () => request<Export>("GET", `/projects/${projectId}/exports/${exportId}`),
    refetchInterval: ({ state }) =>
      state.data?.state === "done" || state.data?.state === "failed" ? false : 700,
  });

export const exportFile = (projectId: string, exportId: string) =>
  `/api/v1/projects/${projectId}/exports/${exportId}/file`;

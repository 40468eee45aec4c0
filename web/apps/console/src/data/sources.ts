import {
  type Import,
  type ImportPreview,
  type Item,
  type Page,
  type Query,
  type Refusal,
  request,
} from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

const going = (row: Import) => row.state === "queued" || row.state === "running";

export const importsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "imports"],
    queryFn: () => request<Page<Import>>("GET", `/projects/${projectId}/imports`),
    refetchInterval: ({ state }) => (state.data?.rows.some(going) ? 1_000 : 15_000),
  });

export const refusalsQuery = (projectId: string, importId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "imports", importId, "refusals"],
    queryFn: ({ pageParam }) =>
      request<Page<Refusal>>("GET", `/projects/${projectId}/imports/${importId}/refusals`, {
        query: { after: pageParam },
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const refusalsFile = (projectId: string, importId: string) =>
  `/api/v1/projects/${projectId}/imports/${importId}/refusals?format=csv`;

export interface ImportOptions {
  format?: string;
  encoding?: string;
  delimiter?: string;
  mapping?: Record<string, string>;
  metadata?: string[];
  external_id?: string;
  split?: string;
  batch?: string;
  priority?: number;
}

/** The server's look at the head of a file: its form, its columns, its first rows. */
export async function previewFile(
  projectId: string,
  file: File,
  options: ImportOptions,
): Promise<ImportPreview> {
  const body = new FormData();
  body.set("file", headOf(file), file.name);
  body.set("options", JSON.stringify(options));
  return request<ImportPreview>("POST", `/projects/${projectId}/imports/preview`, { body });
}

const headSize = 512 * 1024;

/** The first part of a text file, cut at a line end; a Parquet or zip file is read from its end, so it goes whole. */
function headOf(file: File): Blob {
  if (file.size <= headSize || /\.(parquet|zip)$/i.test(file.name)) return file;
  return file.slice(0, headSize);
}

export function useCancelImport(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (importId: string) =>
      request<Import>("POST", `/projects/${projectId}/imports/${importId}/cancel`),
    onSettled: () => queries.invalidateQueries({ queryKey: importsQuery(projectId).queryKey }),
  });
}

export const itemsQuery = (projectId: string, query: Query) =>
  queryOptions({
    queryKey: ["project", projectId, "items", query],
    queryFn: () => request<Page<Item>>("GET", `/projects/${projectId}/items`, { query }),
  });

export const itemPagesQuery = (projectId: string, query: Query) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "item-pages", query],
    queryFn: ({ pageParam }) =>
      request<Page<Item>>("GET", `/projects/${projectId}/items`, { query: { ...query, after: pageParam } }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

export const itemQuery = (projectId: string, itemId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "item", itemId],
    queryFn: () => request<Item>("GET", `/projects/${projectId}/items/${itemId}`),
  });

export function useWithdraw(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (itemId: string) => request<void>("DELETE", `/projects/${projectId}/items/${itemId}`),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
}

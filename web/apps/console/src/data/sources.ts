import { asItIs, type Import, type Page, type Refusal, server, take } from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

const going = (row: Import) => row.state === "queued" || row.state === "running";

export const importsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "imports"],
    queryFn: () =>
      take(
        server.GET("/api/v1/projects/{project_id}/imports", { params: { path: { project_id: projectId } } }),
      ),
    refetchInterval: ({ state }) => (state.data?.rows.some(going) ? 1_000 : 15_000),
  });

export const refusalsQuery = (projectId: string, importId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "imports", importId, "refusals"],
    queryFn: async ({ pageParam }) =>
      (await take(
        server.GET("/api/v1/projects/{project_id}/imports/{import_id}/refusals", {
          params: { path: { project_id: projectId, import_id: importId }, query: { after: pageParam } },
        }),
      )) as Page<Refusal>,
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

/** A workbook: a file of separated values opens in one column where the separator of the country is another. */
export const refusalsFile = (projectId: string, importId: string, language: string) =>
  `/api/v1/projects/${projectId}/imports/${importId}/refusals?format=xlsx&language=${language}`;

export interface ImportOptions {
  format?: string | undefined;
  encoding?: string | undefined;
  delimiter?: string | undefined;
  mapping?: Record<string, string>;
  metadata?: string[];
  external_id?: string;
  split?: string;
  batch?: string;
  priority?: number;
}

/** The server's look at the head of a file: its form, its columns, its first rows. */
export const previewFile = (projectId: string, file: File, options: ImportOptions) =>
  take(
    server.POST("/api/v1/projects/{project_id}/imports/preview", {
      params: { path: { project_id: projectId } },
      body: { file: file.name, options: JSON.stringify(options) },
      bodySerializer: (body) => {
        const form = new FormData();
        form.set("options", body.options ?? "{}");
        form.set("file", headOf(file), file.name);
        return asItIs(form);
      },
    }),
  );

const headSize = 512 * 1024;

/** The first part of a text file; a Parquet or zip file is read from its end, so it goes whole. */
function headOf(file: File): Blob {
  if (file.size <= headSize || /\.(parquet|zip|json)$/i.test(file.name)) return file;
  return file.slice(0, headSize);
}

export function useCancelImport(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (importId: string) =>
      take(
        server.POST("/api/v1/projects/{project_id}/imports/{import_id}/cancel", {
          params: { path: { project_id: projectId, import_id: importId } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: importsQuery(projectId).queryKey }),
  });
}

/** Take an import up again that was given up. */
export function useRetryImport(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (importId: string) =>
      take(
        server.POST("/api/v1/projects/{project_id}/imports/{import_id}/retry", {
          params: { path: { project_id: projectId, import_id: importId } },
        }),
      ),
    onSettled: () => queries.invalidateQueries({ queryKey: importsQuery(projectId).queryKey }),
  });
}

export const itemStates = ["open", "started", "done", "withdrawn"] as const;

interface ItemsAsked {
  state?: (typeof itemStates)[number] | null;
  limit?: number;
}

/** Items with their data. */
export const itemsQuery = (projectId: string, asked: ItemsAsked) =>
  queryOptions({
    queryKey: ["project", projectId, "items", asked],
    queryFn: () => listItems(projectId, asked, null),
  });

export const itemPagesQuery = (projectId: string, asked: ItemsAsked) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "item-pages", asked],
    queryFn: ({ pageParam }) => listItems(projectId, asked, pageParam),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

const listItems = (projectId: string, asked: ItemsAsked, after: string | null) =>
  take(
    server.GET("/api/v1/projects/{project_id}/items", {
      params: { path: { project_id: projectId }, query: { ...asked, data: true, after } },
    }),
  );

const one = (projectId: string, itemId: string) => ({
  params: { path: { project_id: projectId, item_id: itemId } },
});

export const itemQuery = (projectId: string, itemId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "item", itemId],
    queryFn: () => take(server.GET("/api/v1/projects/{project_id}/items/{item_id}", one(projectId, itemId))),
  });

export function useWithdraw(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (itemId: string) =>
      take(server.DELETE("/api/v1/projects/{project_id}/items/{item_id}", one(projectId, itemId))),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
}

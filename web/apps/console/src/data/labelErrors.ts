import { type LabelError, type Page, server, take } from "@qistas/api";
import {
  type InfiniteData,
  infiniteQueryOptions,
  queryOptions,
  useMutation,
  useQueryClient,
} from "@tanstack/react-query";

const of = (projectId: string) => ({ path: { project_id: projectId } });

/** The questions whose labels can be checked, and how the last search of each stands; asked often while one runs. */
export const errorSearchesQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "error-searches"],
    queryFn: () =>
      take(server.GET("/api/v1/projects/{project_id}/quality/error-searches", { params: of(projectId) })),
    refetchInterval: (query) =>
      query.state.data?.searches.some((search) => search.state === "queued" || search.state === "running")
        ? 1_000
        : false,
  });

const listKey = (projectId: string, question: string) => ["project", projectId, "label-errors", question];

/** Labels that are likely wrong, the likeliest first. A list is of one search: `ended` names it. */
export const labelErrorsQuery = (projectId: string, question: string, ended: string) =>
  infiniteQueryOptions({
    queryKey: [...listKey(projectId, question), ended],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/quality/errors", {
          params: { ...of(projectId), query: { question, limit: 50, after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
    refetchOnWindowFocus: false,
  });

export function useSearchErrors(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (question: string) =>
      take(
        server.POST("/api/v1/projects/{project_id}/quality/error-searches", {
          params: of(projectId),
          body: { question },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["project", projectId, "error-searches"] }),
  });
}

/** Send an item back to the queue, or take that back; the row tells at once, without asking for the list anew. */
export function useRequeue(projectId: string, question: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ itemId, back }: { itemId: string; back: boolean }) => {
      const path = { project_id: projectId, item_id: itemId };
      return back
        ? take(
            server.DELETE("/api/v1/projects/{project_id}/quality/errors/{item_id}/requeue", {
              params: { path, query: { question } },
            }),
          )
        : take(
            server.POST("/api/v1/projects/{project_id}/quality/errors/{item_id}/requeue", {
              params: { path },
              body: { question },
            }),
          );
    },
    onSuccess: (_, { itemId, back }) =>
      queries.setQueriesData<InfiniteData<Page<LabelError>>>(
        { queryKey: listKey(projectId, question) },
        (old) =>
          old && {
            ...old,
            pages: old.pages.map((page) => ({
              ...page,
              rows: page.rows.map((row) =>
                row.item_id === itemId ? { ...row, queued_at: back ? null : new Date().toISOString() } : row,
              ),
            })),
          },
      ),
  });
}

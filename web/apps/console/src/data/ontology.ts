import { asDocument, type Ontology, server, take } from "@qistas/api";
import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

export interface Published {
  version: number;
  document: Ontology;
  published_at: string;
  changes: string[];
}

export const ontologyQuery = (projectId: string, version?: number) =>
  queryOptions({
    queryKey: ["project", projectId, "ontology", version ?? "now"],
    queryFn: async () =>
      (await take(
        server.GET("/api/v1/projects/{project_id}/ontology", {
          params: { path: { project_id: projectId }, query: { version: version ?? null } },
        }),
      )) as unknown as Published,
    staleTime: version === undefined ? 5_000 : Number.POSITIVE_INFINITY,
  });

export const ontologyVersionsQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["project", projectId, "ontology-versions"],
    queryFn: ({ pageParam }) =>
      take(
        server.GET("/api/v1/projects/{project_id}/ontology/versions", {
          params: { path: { project_id: projectId }, query: { after: pageParam } },
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next,
  });

/** What the server says of a document that is being written. */
export const useOntologyCheck = (ontology: Ontology | null) =>
  useQuery({
    queryKey: ["ontology-check", ontology],
    queryFn: () =>
      take(
        server.POST("/api/v1/ontology/validate", {
          body: { ontology: asDocument(ontology as Ontology) },
        }),
      ),
    enabled: ontology !== null,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    staleTime: Number.POSITIVE_INFINITY,
  });

export function usePublish(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ ontology, dryRun }: { ontology: Ontology; dryRun: boolean }) =>
      take(
        server.POST("/api/v1/projects/{project_id}/ontology", {
          params: { path: { project_id: projectId } },
          body: { ontology: asDocument(ontology), dry_run: dryRun },
        }),
      ),
    onSuccess: (_, { dryRun }) => {
      if (!dryRun) void queries.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
}

import { type Ontology, type OntologyCheck, type OntologyVersion, type Page, request } from "@qistas/api";
import { keepPreviousData, queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { projectQuery } from "./projects";

export const ontologyQuery = (projectId: string, version?: number) =>
  queryOptions({
    queryKey: ["project", projectId, "ontology", version ?? "now"],
    queryFn: () => request<OntologyVersion>("GET", `/projects/${projectId}/ontology`, { query: { version } }),
    staleTime: version === undefined ? 5_000 : Number.POSITIVE_INFINITY,
  });

export const ontologyVersionsQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "ontology-versions"],
    queryFn: () =>
      request<Page<{ version: number; published_at: string }>>(
        "GET",
        `/projects/${projectId}/ontology/versions`,
      ),
  });

/** What the server says of a document that is being written. */
export const useOntologyCheck = (ontology: Ontology | null) =>
  useQuery({
    queryKey: ["ontology-check", ontology],
    queryFn: () => request<OntologyCheck>("POST", "/ontology/validate", { body: { ontology } }),
    enabled: ontology !== null,
    placeholderData: keepPreviousData,
    gcTime: 30_000,
    staleTime: Number.POSITIVE_INFINITY,
  });

export interface Publication {
  version: number | null;
  changes: unknown[];
}

export function usePublish(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ ontology, dryRun }: { ontology: Ontology; dryRun: boolean }) =>
      request<Publication>("POST", `/projects/${projectId}/ontology`, {
        body: { ontology, dry_run: dryRun },
      }),
    onSuccess: (_, { dryRun }) => {
      if (dryRun) return;
      void queries.invalidateQueries({ queryKey: projectQuery(projectId).queryKey });
    },
  });
}

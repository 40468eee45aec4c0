import {
  type Ontology,
  type Page,
  type Progress,
  type Project,
  type ProjectRow,
  request,
  type Settings,
  sendLines,
  type Template,
} from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const projectsQuery = infiniteQueryOptions({
  queryKey: ["projects"],
  queryFn: ({ pageParam }) => request<Page<ProjectRow>>("GET", "/projects", { query: { after: pageParam } }),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
});

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId],
    queryFn: () => request<Project>("GET", `/projects/${projectId}`),
  });

export const progressQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "progress"],
    queryFn: () => request<Progress>("GET", `/projects/${projectId}/progress`),
    refetchInterval: 4_000,
  });

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: async () => {
    const answer = await request<Template[] | Page<Template>>("GET", "/templates");
    return Array.isArray(answer) ? answer : answer.rows;
  },
  staleTime: Number.POSITIVE_INFINITY,
});

export function useMakeProject() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (wanted: {
      name: string;
      template?: string;
      ontology?: Ontology;
      settings?: Partial<Settings>;
      sample?: Record<string, unknown>[];
    }) => {
      const { sample, ...body } = wanted;
      const project = await request<Project>("POST", "/projects", { body });
      if (sample?.length) await addItems(project.id, sample);
      return project;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["projects"] }),
  });
}

async function addItems(projectId: string, items: Record<string, unknown>[]): Promise<void> {
  await sendLines(
    `/projects/${projectId}/items`,
    items.map((data) => ({ data })),
  );
}

export function useChangeProject(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      name?: string;
      description?: string;
      state?: Project["state"];
      settings?: Partial<Settings>;
    }) => request<Project>("PATCH", `/projects/${projectId}`, { body }),
    onSuccess: (project) => {
      queries.setQueryData(projectQuery(projectId).queryKey, project);
      void queries.invalidateQueries({ queryKey: ["projects"] });
    },
  });
}

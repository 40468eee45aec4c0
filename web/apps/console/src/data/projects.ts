import {
  asDocument,
  asItIs,
  inLines,
  type Ontology,
  type Project,
  type Settings,
  server,
  type Template,
  take,
} from "@qistas/api";
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { allPages } from "./allPages";
import { every } from "./every";
import { asSent } from "./pictures";

export const projectsQuery = infiniteQueryOptions({
  queryKey: ["projects"],
  queryFn: ({ pageParam }) =>
    take(server.GET("/api/v1/projects", { params: { query: { after: pageParam } } })),
  initialPageParam: null as string | null,
  getNextPageParam: (last) => last.next,
});

/** What every project that one sees is called, so that a new one gets a name of its own. */
export const allProjectNames = async (): Promise<string[]> => {
  const { rows } = await allPages((after) =>
    take(server.GET("/api/v1/projects", { params: { query: { after, limit: 200 } } })),
  );
  return rows.map((row) => row.name);
};

const of = (projectId: string) => ({ params: { path: { project_id: projectId } } });

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId],
    queryFn: () => take(server.GET("/api/v1/projects/{project_id}", of(projectId))),
  });

export const progressQuery = (projectId: string) =>
  queryOptions({
    queryKey: ["project", projectId, "progress"],
    queryFn: () => take(server.GET("/api/v1/projects/{project_id}/progress", of(projectId))),
    refetchInterval: every(4_000),
  });

export const templatesQuery = queryOptions({
  queryKey: ["templates"],
  queryFn: async () => (await take(server.GET("/api/v1/templates"))) as unknown as Template[],
  staleTime: Number.POSITIVE_INFINITY,
});

interface Wanted {
  name: string;
  template?: string;
  ontology?: Ontology;
  /** Data of items to begin with. */
  sample?: Record<string, unknown>[] | undefined;
}

export function useMakeProject() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ sample, ontology, ...rest }: Wanted) => {
      const body = {
        ...rest,
        description: "",
        ...(ontology ? { ontology: asDocument(ontology) } : {}),
      };
      const project = await take(server.POST("/api/v1/projects", { body }));
      if (sample?.length) await addItems(project.id, sample);
      return project;
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ["projects"] }),
  });
}

const addItems = async (projectId: string, sample: Record<string, unknown>[]) =>
  take(
    server.POST("/api/v1/projects/{project_id}/items", {
      ...of(projectId),
      body: inLines((await Promise.all(sample.map(asSent))).map((data) => ({ data }))),
      bodySerializer: asItIs,
      headers: { "Content-Type": "application/x-ndjson" },
    }),
  );

export function useChangeProject(projectId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({
      settings,
      ...rest
    }: {
      name?: string;
      description?: string;
      state?: Project["state"];
      settings?: Partial<Settings>;
    }) =>
      take(
        server.PATCH("/api/v1/projects/{project_id}", {
          ...of(projectId),
          body: { ...rest, ...(settings ? { settings: chosen(settings) } : {}) },
        }),
      ),
    onSuccess: (project) => {
      queries.setQueryData(projectQuery(projectId).queryKey, project);
      void queries.invalidateQueries({ queryKey: ["projects"] });
      void queries.invalidateQueries({ queryKey: ["project", projectId, "progress"] });
    },
  });
}

export const methods = ["auto", "majority", "dawid_skene"] as const;
export const reviews = ["doubtful", "all"] as const;

/** The settings that the server writes as plain text, as the choices that they are. */
function chosen({ method, review, ...rest }: Partial<Settings>) {
  return {
    ...rest,
    method: methods.find((one) => one === method) ?? null,
    review: reviews.find((one) => one === review) ?? null,
  };
}

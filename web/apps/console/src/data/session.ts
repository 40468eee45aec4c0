import { ApiProblem, type Me, type Role, server, take } from "@qistas/api";
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => take(server.GET("/api/v1/setup")),
  staleTime: 60_000,
});

/** Who sits here; null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await take(server.GET("/api/v1/session"));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The person signed in. Only for pages inside the frame, which opens for no one else. */
export function useMe(): Me {
  const { data } = useSuspenseQuery(meQuery);
  if (!data) throw new ApiProblem(401, { code: "not_signed_in", title: "Sign in first." });
  return data;
}

function useEntering<T>(enter: (value: T) => Promise<Me>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: enter,
    onSuccess: (me) => {
      // What was read as somebody else, or in another tenant, is forgotten; the open invitation is used up by now.
      queries.removeQueries({ type: "inactive" });
      queries.setQueryData(meQuery.queryKey, me);
      void queries.invalidateQueries({
        predicate: ({ queryKey }) => queryKey[0] !== "me" && queryKey[0] !== "invitation",
      });
    },
  });
}

export const useSignIn = () =>
  useEntering((body: { email: string; password: string }) => take(server.POST("/api/v1/session", { body })));

export const useSignInByLink = () =>
  useEntering((token: string) => take(server.POST("/api/v1/session/link", { body: { token } })));

export const useMoveToTenant = () =>
  useEntering((tenant: string) =>
    take(server.POST("/api/v1/session/tenant", { body: { tenant_id: tenant } })),
  );

export interface Acceptance {
  token: string;
  name: string;
  email: string;
  password: string;
  language: string;
}

export const useAcceptInvitation = () =>
  useEntering((body: Acceptance) => take(server.POST("/api/v1/invitations/accept", { body })));

/** Sign out; the whole page is left, and with it everything it held in memory. */
export const useSignOut = () =>
  useMutation({
    mutationFn: () => take(server.DELETE("/api/v1/session")),
    onSuccess: () => location.assign("/sign-in"),
  });

export function useChangeMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: {
      name?: string;
      language?: string;
      theme?: "auto" | "light" | "dark";
      keymap?: Record<string, string>;
    }) => take(server.PATCH("/api/v1/session", { body })),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, me),
  });
}

export function useChangePassword() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: { old?: string; new: string; email?: string }) =>
      take(server.PUT("/api/v1/session/password", { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: meQuery.queryKey }),
  });
}

export type Deed = "manage" | "review" | "annotate" | "see";

const deeds: Record<Deed, Role[]> = {
  manage: ["owner", "manager"],
  review: ["owner", "manager", "reviewer"],
  annotate: ["owner", "manager", "reviewer", "annotator"],
  see: ["owner", "manager", "reviewer", "viewer"],
};

/** What the console offers, by the role in the tenant and in this project together; the server decides again. */
export function may(me: Me, deed: Deed, projectId?: string): boolean {
  const here = me.projects.find((project) => project.id === projectId)?.role;
  return deeds[deed].includes(me.role) || (here !== undefined && deeds[deed].includes(here));
}

import { ApiProblem, type Me, type Role, request, type Setup } from "@qistas/api";
import { queryOptions, useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: () => request<Setup>("GET", "/setup"),
  staleTime: 60_000,
});

/** Who sits here; null when nobody is signed in. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await request<Me>("GET", "/session");
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
      queries.clear();
      queries.setQueryData(meQuery.queryKey, me);
    },
  });
}

export const useSignIn = () =>
  useEntering((body: { email: string; password: string }) => request<Me>("POST", "/session", { body }));

export const useSignInByLink = () =>
  useEntering((token: string) => request<Me>("POST", "/session/link", { body: { token } }));

export const useMoveToTenant = () =>
  useEntering((tenant: string) => request<Me>("POST", "/session/tenant", { body: { tenant_id: tenant } }));

export interface Acceptance {
  token: string;
  name: string;
  email: string;
  password: string;
  language?: string;
}

export const useAcceptInvitation = () =>
  useEntering((body: Acceptance) => request<Me>("POST", "/invitations/accept", { body }));

export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => request<void>("DELETE", "/session"),
    onSuccess: () => {
      queries.clear();
      queries.setQueryData(meQuery.queryKey, null);
    },
  });
}

export function useChangeMe() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (change: {
      name?: string;
      language?: string;
      theme?: string;
      keymap?: Record<string, readonly string[]>;
    }) => request<Me>("PATCH", "/session", { body: change }),
    onSuccess: (me) => queries.setQueryData(meQuery.queryKey, me),
  });
}

export const useChangePassword = () =>
  useMutation({
    mutationFn: (body: { old?: string; new: string }) => request<void>("PUT", "/session/password", { body }),
  });

const ranks: Role[] = ["viewer", "annotator", "reviewer", "manager", "owner"];

/** The stronger of the person's role in the tenant and in this project. */
export function roleIn(me: Me, projectId?: string): Role {
  const inProject = me.projects.find((project) => project.id === projectId)?.role;
  if (!inProject) return me.role;
  return ranks.indexOf(inProject) > ranks.indexOf(me.role) ? inProject : me.role;
}

export type Deed = "manage" | "review" | "annotate" | "see";

const deeds: Record<Deed, Role[]> = {
  manage: ["owner", "manager"],
  review: ["owner", "manager", "reviewer"],
  annotate: ["owner", "manager", "reviewer", "annotator"],
  see: ["owner", "manager", "reviewer", "viewer"],
};

/** What the console offers; the server decides again. */
export function may(me: Me, deed: Deed, projectId?: string): boolean {
  return deeds[deed].includes(roleIn(me, projectId));
}

import { type GivenRole, type Group, type Role, server, take } from "@qistas/api";
import { queryOptions, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { allPages } from "./allPages";
import { may, useMe } from "./session";
import { toldApart } from "./toldApart";

export const membersQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["members", projectId ?? "tenant"],
    queryFn: () =>
      allPages((after) =>
        take(
          server.GET("/api/v1/members", {
            params: { query: { project_id: projectId ?? null, limit: 500, after } },
          }),
        ),
      ),
  });

export const invitationsQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["invitations", projectId ?? "tenant"],
    queryFn: () =>
      allPages((after) =>
        take(
          server.GET("/api/v1/invitations", {
            params: { query: { project_id: projectId ?? null, limit: 500, after } },
          }),
        ),
      ),
  });

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () =>
    allPages((after) => take(server.GET("/api/v1/tokens", { params: { query: { limit: 500, after } } }))),
});

export const groupsQuery = queryOptions({
  queryKey: ["groups"],
  queryFn: () =>
    allPages((after) => take(server.GET("/api/v1/groups", { params: { query: { limit: 500, after } } }))),
});

function useActing<In, Out>(keys: string[], act: (input: In) => Promise<Out>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSuccess: () => {
      for (const key of keys) void queries.invalidateQueries({ queryKey: [key] });
    },
  });
}

const member = (id: string, projectId?: string) => ({
  params: { path: { member_id: id }, query: { project_id: projectId ?? null } },
});

export const useChangeRole = (projectId?: string) =>
  useActing(["members"], ({ id, role }: { id: string; role: Role }) =>
    take(server.PATCH("/api/v1/members/{member_id}", { ...member(id, projectId), body: { role } })),
  );

export const useRemoveMember = (projectId?: string) =>
  useActing(["members", "groups"], (id: string) =>
    take(server.DELETE("/api/v1/members/{member_id}", member(id, projectId))),
  );

export const useInvite = () =>
  useActing(["invitations"], (body: { email?: string; role: GivenRole; project_id?: string; days: number }) =>
    take(server.POST("/api/v1/invitations", { body })),
  );

export const useRevokeInvitation = () =>
  useActing(["invitations"], (id: string) =>
    take(server.DELETE("/api/v1/invitations/{invitation_id}", { params: { path: { invitation_id: id } } })),
  );

export const useMakeToken = () =>
  useActing(["tokens"], (body: { name: string; scopes: string[]; days: number }) =>
    take(server.POST("/api/v1/tokens", { body })),
  );

export const useRevokeToken = () =>
  useActing(["tokens"], (id: string) =>
    take(server.DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: id } } })),
  );

export const useMakeGroup = () =>
  useActing(["groups"], (body: { name: string; members: string[] }) =>
    take(server.POST("/api/v1/groups", { body })),
  );

export const useChangeGroup = () =>
  useActing(["groups"], ({ id, ...body }: Group) =>
    take(server.PUT("/api/v1/groups/{group_id}", { params: { path: { group_id: id } }, body })),
  );

export const useRemoveGroup = () =>
  useActing(["groups"], (id: string) =>
    take(server.DELETE("/api/v1/groups/{group_id}", { params: { path: { group_id: id } } })),
  );

/** People and groups that work of a project may be given to: those with a role in it or in the whole tenant. */
export function useAssignees(projectId: string, wanted: boolean) {
  const me = useMe();
  const tenantWide = wanted && may(me, "manage");
  const here = useQuery({ ...membersQuery(projectId), enabled: wanted });
  const everywhere = useQuery({ ...membersQuery(), enabled: tenantWide });
  const groups = useQuery({ ...groupsQuery, enabled: tenantWide });
  const people = toldApart([
    ...(here.data?.rows ?? []),
    ...(everywhere.data?.rows ?? []).filter((row) => row.role !== "guest"),
  ]);
  return {
    groups: groups.data?.rows ?? [],
    people: [...people].map(([id, name]) => ({ id, name })),
    nameOf: (id: string) => people.get(id),
  };
}

/** The same as a choice list. */
export function assigneeChoices(
  { groups, people }: Pick<ReturnType<typeof useAssignees>, "groups" | "people">,
  groupsTitle: string,
  peopleTitle: string,
) {
  const choice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return [
    ...(groups.length ? [{ group: groupsTitle, items: groups.map(choice) }] : []),
    ...(people.length ? [{ group: peopleTitle, items: people.map(choice) }] : []),
  ];
}

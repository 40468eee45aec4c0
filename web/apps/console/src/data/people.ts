import { type GivenRole, type Group, type Member, type Role, server, take } from "@qistas/api";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const membersQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["members", projectId ?? "tenant"],
    queryFn: () =>
      take(
        server.GET("/api/v1/members", { params: { query: { project_id: projectId ?? null, limit: 500 } } }),
      ),
  });

export const invitationsQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["invitations", projectId ?? "tenant"],
    queryFn: () =>
      take(
        server.GET("/api/v1/invitations", {
          params: { query: { project_id: projectId ?? null, limit: 200 } },
        }),
      ),
  });

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => take(server.GET("/api/v1/tokens", { params: { query: { limit: 200 } } })),
});

export const groupsQuery = queryOptions({
  queryKey: ["groups"],
  queryFn: () => take(server.GET("/api/v1/groups", { params: { query: { limit: 200 } } })),
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

/** People and groups that work may be given to, for a choice list. */
export function assigneeChoices(
  members: Member[] | undefined,
  groups: Group[] | undefined,
  membersTitle: string,
  groupsTitle: string,
) {
  const choice = ({ id, name }: { id: string; name: string }) => ({ value: id, label: name });
  return [
    ...(groups?.length ? [{ group: groupsTitle, items: groups.map(choice) }] : []),
    ...(members?.length ? [{ group: membersTitle, items: members.map(choice) }] : []),
  ];
}

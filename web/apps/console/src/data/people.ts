import {
  type Group,
  type Invitation,
  type Member,
  type Page,
  type Role,
  request,
  type Token,
} from "@qistas/api";
import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

export const membersQuery = (projectId?: string) =>
  queryOptions({
    queryKey: ["members", projectId ?? "tenant"],
    queryFn: () => request<Page<Member>>("GET", "/members", { query: { project_id: projectId, limit: 500 } }),
  });

export const invitationsQuery = queryOptions({
  queryKey: ["invitations"],
  queryFn: () => request<Page<Invitation>>("GET", "/invitations", { query: { limit: 200 } }),
});

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: () => request<Page<Token>>("GET", "/tokens", { query: { limit: 200 } }),
});

export const groupsQuery = queryOptions({
  queryKey: ["groups"],
  queryFn: () => request<Page<Group>>("GET", "/groups", { query: { limit: 200 } }),
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

export const useChangeRole = (projectId?: string) =>
  useActing(["members"], ({ id, role }: { id: string; role: Role }) =>
    request<Member>("PATCH", `/members/${id}`, { body: { role }, query: { project_id: projectId } }),
  );

export const useRemoveMember = (projectId?: string) =>
  useActing(["members", "groups"], (id: string) =>
    request<void>("DELETE", `/members/${id}`, { query: { project_id: projectId } }),
  );

export const useInvite = () =>
  useActing(["invitations"], (body: { email?: string; role: Role; project_id?: string; days: number }) =>
    request<Invitation>("POST", "/invitations", { body }),
  );

export const useRevokeInvitation = () =>
  useActing(["invitations"], (id: string) => request<void>("DELETE", `/invitations/${id}`));

export const useMakeToken = () =>
  useActing(["tokens"], (body: { name: string; scopes: string[]; days: number }) =>
    request<Token>("POST", "/tokens", { body }),
  );

export const useRevokeToken = () =>
  useActing(["tokens"], (id: string) => request<void>("DELETE", `/tokens/${id}`));

export const useMakeGroup = () =>
  useActing(["groups"], (body: { name: string; members: string[] }) =>
    request<Group>("POST", "/groups", { body }),
  );

export const useChangeGroup = () =>
  useActing(["groups"], ({ id, ...body }: Group) => request<Group>("PUT", `/groups/${id}`, { body }));

export const useRemoveGroup = () =>
  useActing(["groups"], (id: string) => request<void>("DELETE", `/groups/${id}`));

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

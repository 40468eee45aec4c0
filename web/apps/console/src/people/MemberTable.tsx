import { ActionIcon, Select, Table, Text } from "@mantine/core";
import type { Member, Role } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { membersQuery, useChangeRole, useRemoveMember } from "../data/people";
import { may, useMe } from "../data/session";
import { Answered } from "../parts/Answered";
import { ask, say, sayProblem } from "../parts/ask";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";
import { Icon } from "../parts/Icon";
import quiet from "../parts/quiet.module.css";
import { Sheet } from "../parts/Sheet";
import { roles } from "./roles";

export function MemberTable({ projectId }: { projectId?: string | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const me = useMe();
  const members = useQuery(membersQuery(projectId));
  const change = useChangeRole(projectId);
  const remove = useRemoveMember(projectId);
  // Tenant-wide roles are an owner's to give; roles in a project are its manager's.
  const manages = projectId ? may(me, "manage", projectId) : me.permissions.includes("member.manage");
  const shownRole = (row: Member): Role =>
    row.projects.find((project) => project.id === projectId)?.role ?? row.role;

  const turn = (id: string, role: Role, before: Role) =>
    change.mutate(
      { id, role },
      {
        onSuccess: () =>
          say(t("members.roleChanged"), () => change.mutate({ id, role: before }, { onError: sayProblem })),
        onError: sayProblem,
      },
    );

  return (
    <Sheet flush>
      <Answered query={members} rows={4} height={40}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="members" title={t(projectId ? "members.noneHere" : "members.none")}>
              {t(projectId ? "members.noneHereWords" : "members.noneWords")}
            </Empty>
          ) : (
            <Table aria-label={t("members.members")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("person.name")}</Table.Th>
                  <Table.Th visibleFrom="sm">{t("person.email")}</Table.Th>
                  <Table.Th w={170} miw={150}>
                    {t("members.role")}
                  </Table.Th>
                  <Table.Th visibleFrom="sm">{t("members.since")}</Table.Th>
                  <Table.Td w={48} />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => {
                  const self = row.id === me.person.member_id;
                  return (
                    <Table.Tr key={row.id}>
                      <Table.Td>
                        <bdi>{row.name}</bdi>{" "}
                        {self ? (
                          <Text span size="sm" c="dimmed">
                            {t("members.you")}
                          </Text>
                        ) : null}
                      </Table.Td>
                      <Table.Td visibleFrom="sm">
                        <bdi>{row.email}</bdi>
                      </Table.Td>
                      <Table.Td>
                        {manages && !self ? (
                          <Select
                            aria-label={t("members.roleOf", { name: row.name })}
                            size="xs"
                            className={quiet.quiet}
                            allowDeselect={false}
                            data={roles
                              .filter(
                                (role) => me.role === "owner" || role !== "owner" || row.role === "owner",
                              )
                              .map((role) => ({ value: role, label: t(`roles.${role}`) }))}
                            value={shownRole(row)}
                            onChange={(role) =>
                              role && role !== shownRole(row) && turn(row.id, role as Role, shownRole(row))
                            }
                          />
                        ) : (
                          t(`roles.${shownRole(row)}`)
                        )}
                      </Table.Td>
                      <Table.Td visibleFrom="sm">{format.dateTime(row.created_at)}</Table.Td>
                      <Table.Td ta="end">
                        {manages && !self ? (
                          <ActionIcon
                            variant="subtle"
                            color="gray"
                            aria-label={t("members.removeOf", { name: row.name })}
                            onClick={() =>
                              ask(
                                t("members.remove"),
                                t("members.removeWords", { name: row.name }),
                                t("members.remove"),
                                () =>
                                  remove.mutate(row.id, {
                                    onSuccess: () => say(t("members.removed")),
                                    onError: sayProblem,
                                  }),
                              )
                            }
                          >
                            <Icon name="trash" />
                          </ActionIcon>
                        ) : null}
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
    </Sheet>
  );
}

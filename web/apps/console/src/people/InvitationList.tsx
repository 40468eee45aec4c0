import { Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { invitationsQuery, useRevokeInvitation } from "../data/people";
import { Answered } from "../parts/Answered";
import { ask, say, sayProblem } from "../parts/ask";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";
import { Sheet } from "../parts/Sheet";

interface Props {
  projectId?: string | undefined;
  onInvite: () => void;
}

export function InvitationList({ projectId, onInvite }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const invitations = useQuery(invitationsQuery(projectId));
  const revoke = useRevokeInvitation();
  return (
    <Sheet flush>
      <Answered query={invitations} rows={3} height={40}>
        {(data) => {
          const rows = data.rows.filter((row) => row.state === "open");
          return rows.length === 0 ? (
            <Empty
              icon="members"
              title={t("members.noInvitations")}
              actions={<Button onClick={onInvite}>{t("members.invite")}</Button>}
            >
              {t("members.noInvitationsWords")}
            </Empty>
          ) : (
            <Table aria-label={t("members.invitations")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("person.email")}</Table.Th>
                  <Table.Th>{t("members.role")}</Table.Th>
                  <Table.Th>{t("members.ends")}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td>{row.email ? <bdi>{row.email}</bdi> : t("members.anyone")}</Table.Td>
                    <Table.Td>{t(`roles.${row.role}`)}</Table.Td>
                    <Table.Td>{format.dateTime(row.expires_at)}</Table.Td>
                    <Table.Td ta="end">
                      <Button
                        size="compact-sm"
                        variant="default"
                        onClick={() =>
                          ask(t("members.revoke"), t("members.revokeWords"), t("members.revoke"), () =>
                            revoke.mutate(row.id, {
                              onSuccess: () => say(t("members.revoked")),
                              onError: sayProblem,
                            }),
                          )
                        }
                      >
                        {t("members.revoke")}
                      </Button>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          );
        }}
      </Answered>
    </Sheet>
  );
}

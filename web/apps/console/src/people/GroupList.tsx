import { Button, Group, Modal, MultiSelect, Stack, Table, TextInput } from "@mantine/core";
import type { Group as PeopleGroup } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery, membersQuery, useChangeGroup, useMakeGroup, useRemoveGroup } from "../data/people";
import { toldApart } from "../data/toldApart";
import { Answered } from "../parts/Answered";
import { ask, say, sayProblem } from "../parts/ask";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";

/** Groups of annotators, to give work to several people at once. */
export function GroupList() {
  const { t } = useTranslation();
  const format = useFormat();
  const groups = useQuery(groupsQuery);
  const members = useQuery(membersQuery());
  const remove = useRemoveGroup();
  const [editing, setEditing] = useState<PeopleGroup | "new" | null>(null);
  const names = toldApart(members.data?.rows ?? []);
  const nameOf = (id: string) => names.get(id) ?? id;
  const make = <Button onClick={() => setEditing("new")}>{t("groups.make")}</Button>;
  return (
    <Sheet flush actions={groups.data?.rows.length ? make : null}>
      <Answered query={groups} rows={3} height={40}>
        {({ rows }) =>
          rows.length === 0 ? (
            <Empty icon="members" title={t("groups.none")} actions={make}>
              {t("groups.noneWords")}
            </Empty>
          ) : (
            <Table aria-label={t("members.groups")}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t("groups.name")}</Table.Th>
                  <Table.Th>{t("members.members")}</Table.Th>
                  <Table.Td />
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {rows.map((row) => (
                  <Table.Tr key={row.id}>
                    <Table.Td>
                      <bdi>{row.name}</bdi>
                    </Table.Td>
                    <Table.Td>
                      <bdi>{format.list(row.members.map(nameOf))}</bdi>
                    </Table.Td>
                    <Table.Td>
                      <Group gap={6} justify="end">
                        <Button size="compact-sm" variant="default" onClick={() => setEditing(row)}>
                          {t("edit")}
                        </Button>
                        <Button
                          size="compact-sm"
                          variant="default"
                          onClick={() =>
                            ask(
                              t("groups.remove"),
                              t("groups.removeWords", { name: row.name }),
                              t("groups.remove"),
                              () =>
                                remove.mutate(row.id, {
                                  onSuccess: () => say(t("groups.removed")),
                                  onError: sayProblem,
                                }),
                            )
                          }
                        >
                          {t("groups.remove")}
                        </Button>
                      </Group>
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          )
        }
      </Answered>
      {editing ? (
        <GroupDialog
          group={editing === "new" ? undefined : editing}
          people={[...names].map(([value, label]) => ({ value, label }))}
          onClose={() => setEditing(null)}
        />
      ) : null}
    </Sheet>
  );
}

interface DialogProps {
  group: PeopleGroup | undefined;
  people: { value: string; label: string }[];
  onClose: () => void;
}

function GroupDialog({ group, people, onClose }: DialogProps) {
  const { t } = useTranslation();
  const make = useMakeGroup();
  const change = useChangeGroup();
  const [name, setName] = useState(group?.name ?? "");
  const [members, setMembers] = useState(group?.members ?? []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (group) change.mutate({ id: group.id, name, members }, { onSuccess: onClose });
    else make.mutate({ name, members }, { onSuccess: onClose });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t(group ? "groups.change" : "groups.make")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("groups.name")}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <MultiSelect
            label={t("members.members")}
            data={people}
            searchable
            value={members}
            onChange={setMembers}
          />
          <Problem error={make.error ?? change.error} />
          <Group justify="end">
            <Button variant="default" onClick={onClose}>
              {t("confirm.no")}
            </Button>
            <Button type="submit" loading={make.isPending || change.isPending}>
              {t("save")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

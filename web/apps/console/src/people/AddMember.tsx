import { Button, Group, Select } from "@mantine/core";
import type { GivenRole } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { membersQuery, useChangeRole } from "../data/people";
import { say, sayProblem } from "../parts/ask";
import { roles } from "./roles";

/** Give somebody of the tenant a role in this project. */
export function AddMember({ projectId }: { projectId: string }) {
  const { t } = useTranslation();
  const everybody = useQuery(membersQuery());
  const here = useQuery(membersQuery(projectId));
  const change = useChangeRole(projectId);
  const [id, setId] = useState<string | null>(null);
  const [role, setRole] = useState<GivenRole>("annotator");
  const inside = new Set(here.data?.rows.map((row) => row.id));
  const others = (everybody.data?.rows ?? []).filter((row) => !inside.has(row.id));
  if (here.data && everybody.data && others.length === 0) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!id) return;
    change.mutate(
      { id, role },
      {
        onSuccess: () => {
          setId(null);
          say(t("members.added"));
        },
        onError: sayProblem,
      },
    );
  };
  return (
    <form onSubmit={submit}>
      <Group gap="xs" align="end" mb="md">
        <Select
          label={t("members.add")}
          placeholder={t("members.addWho")}
          w={260}
          searchable
          data={others.map((row) => ({ value: row.id, label: row.name }))}
          value={id}
          onChange={setId}
        />
        <Select
          aria-label={t("members.role")}
          w={150}
          allowDeselect={false}
          data={roles
            .filter((each) => each !== "owner")
            .map((each) => ({ value: each, label: t(`roles.${each}`) }))}
          value={role}
          onChange={(value) => setRole((value ?? "annotator") as GivenRole)}
        />
        <Button type="submit" variant="default" disabled={!id} loading={change.isPending}>
          {t("members.addButton")}
        </Button>
      </Group>
    </form>
  );
}

import { Alert, Button, Group, Modal, NumberInput, Select, Stack, Text, TextInput } from "@mantine/core";
import type { GivenRole } from "@qistas/api";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useInvite } from "../data/people";
import { useMe } from "../data/session";
import { Icon } from "../parts/Icon";
import { Once } from "../parts/Once";
import { Problem } from "../parts/Problem";
import { roles } from "./roles";

interface Props {
  projectId?: string | undefined;
  onClose: () => void;
}

/** Make an invitation link; it is shown one time, to be sent by whatever way one likes. */
export function InviteDialog({ projectId, onClose }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const invite = useInvite();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<GivenRole>("annotator");
  const [days, setDays] = useState(7);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({
      role,
      days,
      ...(email.trim() ? { email: email.trim() } : {}),
      ...(projectId ? { project_id: projectId } : {}),
    });
  };
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("members.invite")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {invite.data?.url ? (
        <Stack gap="md">
          <Once label={t("members.link")} secret={invite.data.url} />
          {isLocal(invite.data.url) ? (
            <Alert color="yellow" variant="light" icon={<Icon name="warning" />} c="var(--ink)">
              {t("members.linkLocal", { host: new URL(invite.data.url).host })}
            </Alert>
          ) : null}
          <Group justify="end">
            <Button onClick={onClose}>{t("done")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <Select
              label={t("members.role")}
              allowDeselect={false}
              data={roles
                .filter((each) => each !== "owner" || me.role === "owner")
                .map((each) => ({ value: each, label: t(`roles.${each}`) }))}
              value={role}
              onChange={(value) => setRole((value ?? "annotator") as GivenRole)}
            />
            <Text size="sm" c="dimmed">
              {t(`roleWords.${role}`)}
            </Text>
            <TextInput
              label={t("members.emailOptional")}
              description={t("members.emailHelp")}
              type="email"
              dir="ltr"
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
            <NumberInput
              label={t("members.days")}
              min={1}
              max={90}
              allowDecimal={false}
              value={days}
              onChange={(value) => setDays(Number(value) || 1)}
            />
            <Problem error={invite.error} />
            <Group justify="end">
              <Button variant="default" onClick={onClose}>
                {t("confirm.no")}
              </Button>
              <Button type="submit" loading={invite.isPending}>
                {t("members.makeLink")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** Whether a link leads to the machine that opens it, whoever's that is. */
const isLocal = (url: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);

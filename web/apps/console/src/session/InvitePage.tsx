import { Button, Loader, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { ApiProblem, server, take } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAcceptInvitation } from "../data/session";
import { ButtonLink } from "../parts/links";
import { Problem } from "../parts/Problem";
import { Door } from "./Door";
import { takeFragment } from "./fragment";
import { leastPassword } from "./password";

/** An invitation: who invites, as what; a name and a password make the person. */
export default function InvitePage() {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const [token] = useState(takeFragment);
  const look = useQuery({
    queryKey: ["invitation", token],
    queryFn: () => take(server.POST("/api/v1/invitations/look", { body: { token } })),
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const accept = useAcceptInvitation();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  const [tried, setTried] = useState(false);
  const short = tried && [...password].length < leastPassword;

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ([...password].length < leastPassword) return;
    accept.mutate(
      { token, name, email: look.data?.email ?? email, password, language: i18n.language },
      { onSuccess: () => void navigate({ to: "/", replace: true }) },
    );
  };

  if (look.error instanceof ApiProblem && look.error.status === 404)
    return (
      <Door title={t("invite.gone")} lead={t("invite.goneLead")}>
        <Stack gap="md">
          <Text>{t("invite.goneWords")}</Text>
          <ButtonLink to="/sign-in" variant="default">
            {t("invite.signIn")}
          </ButtonLink>
        </Stack>
      </Door>
    );
  if (look.error)
    return (
      <Door title={t("invite.title")}>
        <Problem error={look.error} retry={() => void look.refetch()} />
      </Door>
    );
  if (!look.data)
    return (
      <Door title={t("invite.title")}>
        <Loader size="sm" role="status" aria-label={t("waiting")} />
      </Door>
    );

  const { tenant_name: tenant, project_name: project, role } = look.data;
  const lead = project
    ? t("invite.leadProject", { tenant, project, role: t(`roles.${role}`) })
    : t("invite.lead", { tenant, role: t(`roles.${role}`) });
  return (
    <Door title={t("invite.title")} lead={lead}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("person.name")}
            autoComplete="name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            required
            withAsterisk={false}
          />
          <TextInput
            label={t("person.email")}
            type="email"
            autoComplete="username"
            dir="ltr"
            value={look.data.email ?? email}
            readOnly={look.data.email !== null}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
          />
          <PasswordInput
            label={t("person.password")}
            description={t("person.passwordHelp")}
            autoComplete="new-password"
            error={
              short ? t("person.passwordShort", { n: [...password].length, least: leastPassword }) : null
            }
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": t("person.showPassword") }}
          />
          <Problem error={accept.error} />
          <Button type="submit" loading={accept.isPending} fullWidth mt={4}>
            {t("invite.accept")}
          </Button>
        </Stack>
      </form>
    </Door>
  );
}

import { Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setupQuery, useSignIn } from "../data/session";
import { Problem } from "../parts/Problem";
import { Door } from "./Door";

export default function SignInPage() {
  const { t } = useTranslation();
  const { next } = useSearch({ from: "/sign-in" });
  const navigate = useNavigate();
  const setup = useQuery(setupQuery);
  const signIn = useSignIn();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email, password }, { onSuccess: () => void navigate({ href: next ?? "/" }) });
  };

  return (
    <Door
      title={t("signIn.title")}
      lead={setup.data?.needs_owner ? t("signIn.firstStart") : t("signIn.lead")}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={t("person.email")}
            type="email"
            autoComplete="username"
            dir="ltr"
            value={email}
            onChange={(event) => setEmail(event.currentTarget.value)}
            required
            withAsterisk={false}
            data-autofocus
          />
          <PasswordInput
            label={t("person.password")}
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
            required
            withAsterisk={false}
            visibilityToggleButtonProps={{ "aria-label": t("person.showPassword") }}
          />
          <Problem error={signIn.error} />
          <Button type="submit" loading={signIn.isPending} fullWidth mt={4}>
            {t("signIn.enter")}
          </Button>
          <Text size="sm" c="dimmed">
            {t("signIn.noAccount")}
          </Text>
        </Stack>
      </form>
    </Door>
  );
}

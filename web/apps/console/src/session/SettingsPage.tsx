import {
  Button,
  Group,
  PasswordInput,
  SegmentedControl,
  Select,
  Stack,
  TextInput,
  useMantineColorScheme,
} from "@mantine/core";
import { type FormEvent, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChangeMe, useChangePassword, useMe } from "../data/session";
import { say, sayProblem } from "../parts/ask";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";
import { Waiting } from "../parts/Waiting";
import { chooseLanguage, type Language, languages } from "../shell/language";
import { KeymapForm } from "./KeymapForm";
import { leastPassword } from "./password";

export default function SettingsPage() {
  const { t } = useTranslation();
  return (
    <Page title={t("stations.settings")} width="narrow">
      <MyName />
      <Looks />
      <Suspense fallback={<Waiting rows={6} />}>
        <KeymapForm />
      </Suspense>
      <Password />
    </Page>
  );
}

function MyName() {
  const { t } = useTranslation();
  const me = useMe();
  const change = useChangeMe();
  const [name, setName] = useState(me.person.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name }, { onSuccess: () => say(t("saved")) });
  };
  return (
    <Sheet title={t("settings.me")} note={<bdi>{me.person.email}</bdi>}>
      <form onSubmit={submit}>
        <Group align="end">
          <TextInput
            label={t("person.name")}
            required
            withAsterisk={false}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            style={{ flex: 1 }}
          />
          <Button
            type="submit"
            variant="default"
            disabled={name === me.person.name}
            loading={change.isPending}
          >
            {t("save")}
          </Button>
        </Group>
        <Problem error={change.error} />
      </form>
    </Sheet>
  );
}

function Looks() {
  const { t, i18n } = useTranslation();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const change = useChangeMe();
  return (
    <Sheet title={t("settings.looks")}>
      <Stack gap="md">
        <Select
          label={t("settings.language")}
          allowDeselect={false}
          w={220}
          data={Object.entries(languages).map(([value, { name }]) => ({ value, label: name }))}
          value={i18n.language}
          onChange={(value) => {
            const language = (value ?? "en") as Language;
            change.mutate({ language }, { onError: sayProblem });
            void chooseLanguage(language);
          }}
        />
        <div>
          <div style={{ fontWeight: 500, marginBlockEnd: 4 }} id="theme-label">
            {t("settings.theme")}
          </div>
          <SegmentedControl
            aria-labelledby="theme-label"
            value={colorScheme}
            onChange={(value) => {
              const theme = value as "light" | "dark" | "auto";
              setColorScheme(theme);
              change.mutate({ theme }, { onError: sayProblem });
            }}
            data={(["light", "dark", "auto"] as const).map((value) => ({
              value,
              label: t(`settings.theme_${value}`),
            }))}
          />
        </div>
      </Stack>
    </Sheet>
  );
}

function Password() {
  const { t } = useTranslation();
  const me = useMe();
  const change = useChangePassword();
  const [email, setEmail] = useState("");
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [tried, setTried] = useState(false);
  const short = tried && [...fresh].length < leastPassword;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if ([...fresh].length < leastPassword) return;
    change.mutate(
      { new: fresh, ...(old ? { old } : {}), ...(me.person.email ? {} : { email }) },
      {
        onSuccess: () => {
          setOld("");
          setFresh("");
          setTried(false);
          say(t("settings.passwordChanged"));
        },
      },
    );
  };
  const eye = { "aria-label": t("person.showPassword") };
  return (
    <Sheet
      title={t("settings.password")}
      note={t(me.person.has_password ? "settings.passwordNote" : "settings.passwordNone")}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          {me.person.email ? null : (
            <TextInput
              label={t("person.email")}
              type="email"
              autoComplete="username"
              dir="ltr"
              required
              withAsterisk={false}
              value={email}
              onChange={(event) => setEmail(event.currentTarget.value)}
            />
          )}
          {me.person.has_password ? (
            <PasswordInput
              label={t("settings.oldPassword")}
              autoComplete="current-password"
              value={old}
              onChange={(event) => setOld(event.currentTarget.value)}
              visibilityToggleButtonProps={eye}
            />
          ) : null}
          <PasswordInput
            label={t("settings.newPassword")}
            description={t("person.passwordHelp")}
            autoComplete="new-password"
            error={short ? t("person.passwordShort", { n: [...fresh].length, least: leastPassword }) : null}
            required
            withAsterisk={false}
            value={fresh}
            onChange={(event) => setFresh(event.currentTarget.value)}
            visibilityToggleButtonProps={eye}
          />
          <Problem error={change.error} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              {t(me.person.has_password ? "settings.changePassword" : "settings.setPassword")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Sheet>
  );
}

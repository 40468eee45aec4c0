import { AppShell, Burger, Group, useMantineColorScheme } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Outlet, useLocation, useParams } from "@tanstack/react-router";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useMe } from "../data/session";
import { uploads } from "../flow/sources/uploads";
import { Waiting } from "../parts/Waiting";
import { Brand } from "./Brand";
import classes from "./Frame.module.css";
import { LanguageSwitch } from "./LanguageSwitch";
import { chooseLanguage, isLanguage } from "./language";
import { PersonSwitch } from "./PersonSwitch";
import { ProjectSwitch } from "./ProjectSwitch";
import { Rail } from "./Rail";
import { ThemeSwitch } from "./ThemeSwitch";

const UploadList = lazy(() => import("../flow/sources/UploadList"));

/** The header and the rail around every page of the console. */
export function Frame() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const [open, { toggle, close }] = useDisclosure(false);
  const { projectId } = useParams({ strict: false });
  const { pathname } = useLocation();
  const sending = uploads.use().length > 0;
  const slim = pathname.endsWith("/annotate");

  const wanted = me.person.language;
  useEffect(() => {
    if (isLanguage(wanted) && wanted !== i18n.language) void chooseLanguage(wanted);
  }, [wanted, i18n.language]);

  const { setColorScheme } = useMantineColorScheme();
  const theme = me.person.theme;
  useEffect(() => {
    if (theme === "light" || theme === "dark" || theme === "auto") setColorScheme(theme);
  }, [theme, setColorScheme]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the drawer closes whenever the page changes
  useEffect(close, [pathname]);

  return (
    <AppShell
      layout="alt"
      header={{ height: 48 }}
      navbar={{ width: slim ? 56 : 208, breakpoint: "sm", collapsed: { mobile: !open } }}
      classNames={{ main: classes.main, header: classes.header, navbar: classes.navbar }}
      transitionDuration={0}
    >
      <a href="#page" className={classes.skip}>
        {t("frame.skip")}
      </a>
      <AppShell.Header>
        <Group h="100%" px="sm" gap="xs" wrap="nowrap" justify="space-between">
          <Group gap="xs" wrap="nowrap" miw={0}>
            <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("frame.menu")} />
            {projectId ? <ProjectSwitch projectId={projectId} /> : null}
          </Group>
          <Group gap={4} wrap="nowrap">
            <LanguageSwitch />
            <ThemeSwitch />
            <PersonSwitch />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("frame.stations")}>
        <Group h={48} px="sm" justify="space-between" wrap="nowrap" className={classes.brand}>
          <Brand slim={slim && !open} />
          <Burger opened={open} onClick={toggle} hiddenFrom="sm" size="sm" aria-label={t("frame.menu")} />
        </Group>
        <Rail projectId={projectId} slim={slim && !open} />
      </AppShell.Navbar>
      <AppShell.Main id="page" tabIndex={-1}>
        <Suspense fallback={<Waiting rows={6} />}>
          <Outlet />
        </Suspense>
      </AppShell.Main>
      {sending ? (
        <Suspense fallback={null}>
          <UploadList />
        </Suspense>
      ) : null}
    </AppShell>
  );
}

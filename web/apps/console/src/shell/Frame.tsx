import { AppShell } from "@mantine/core";
import { Outlet } from "@tanstack/react-router";

export function Frame() {
  return (
    <AppShell header={{ height: 48 }} navbar={{ width: 208, breakpoint: "sm" }}>
      <AppShell.Header>Qistas</AppShell.Header>
      <AppShell.Navbar />
      <AppShell.Main style={{ height: "100dvh", display: "flex", flexDirection: "column" }}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

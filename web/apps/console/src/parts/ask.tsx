import { Button, Text } from "@mantine/core";
import { modals } from "@mantine/modals";
import { notifications } from "@mantine/notifications";
import { ApiProblem } from "@qistas/api";
import i18next from "i18next";
import type { ReactNode } from "react";

/** Ask before something that cannot be taken back. */
export function ask(title: string, words: ReactNode, yes: string, act: () => void): void {
  modals.openConfirmModal({
    title,
    children: <Text size="md">{words}</Text>,
    labels: { confirm: yes, cancel: i18next.t("confirm.no") },
    confirmProps: { color: "red.9" },
    closeButtonProps: { "aria-label": i18next.t("close") },
    onConfirm: act,
  });
}

/** Say that something was done; with `undo`, offer to take it back. */
export function say(words: string, undo?: () => void): void {
  const id = notifications.show({
    message: undo ? (
      <span style={{ display: "flex", gap: 12, alignItems: "center", justifyContent: "space-between" }}>
        {words}
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            undo();
          }}
        >
          {i18next.t("undo")}
        </Button>
      </span>
    ) : (
      words
    ),
    autoClose: undo ? 8000 : 4000,
    closeButtonProps: { "aria-label": i18next.t("close") },
  });
}

/** Say that something failed, and why. */
export function sayProblem(error: unknown): void {
  const problem = error instanceof ApiProblem ? error : undefined;
  const words =
    problem?.code === "network"
      ? i18next.t("problem.network")
      : problem?.detail || i18next.t("problem.unknown");
  const places = problem?.places ?? [];
  notifications.show({
    color: "red",
    title: words,
    message: places.length
      ? places
          .slice(0, 4)
          .map((place) => `${place.where} ${place.message}`)
          .join("\n")
      : "",
    autoClose: 12_000,
    closeButtonProps: { "aria-label": i18next.t("close") },
  });
}

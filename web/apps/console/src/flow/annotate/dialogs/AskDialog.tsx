import { Alert, Button, Group, Textarea } from "@mantine/core";
import { request } from "@qistas/api";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "./Dialog";

interface Props {
  projectId: string;
  leaseId: string;
  onClose: () => void;
  onSent: () => void;
}

/** A question to the data lead about the task at hand; the task stays where it is. */
export function AskDialog({ projectId, leaseId, onClose, onSent }: Props) {
  const { t } = useTranslation("annotate");
  const [text, setText] = useState("");
  const ask = useMutation({
    mutationFn: () =>
      request<unknown>("POST", `/projects/${projectId}/questions`, {
        body: { lease_id: leaseId, text: text.trim() },
      }),
    onSuccess: () => {
      setText("");
      onSent();
      onClose();
    },
  });
  const send = (): void => {
    if (text.trim() && !ask.isPending) ask.mutate();
  };
  return (
    <Dialog onClose={onClose} title={t("ask.title")}>
      <Textarea
        label={t("ask.label")}
        description={t("ask.lead")}
        data-autofocus
        autosize
        minRows={4}
        maxRows={12}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
        }}
      />
      {ask.error ? (
        <Alert color="red" variant="light" mt="sm" role="alert">
          {t("ask.failed")} {ask.error.message}
        </Alert>
      ) : null}
      <Group justify="end" mt="md">
        <Button variant="default" onClick={onClose}>
          {t("cancel")}
        </Button>
        <Button onClick={send} loading={ask.isPending} disabled={!text.trim()}>
          {t("ask.send")}
        </Button>
      </Group>
    </Dialog>
  );
}

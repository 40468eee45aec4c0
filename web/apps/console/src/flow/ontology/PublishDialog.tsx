import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import type { Ontology } from "@qistas/api";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { usePublish } from "../../data/ontology";
import { say } from "../../parts/ask";
import { Problem } from "../../parts/Problem";
import { useServerWords } from "../../parts/serverWords";
import { Waiting } from "../../parts/Waiting";

interface Props {
  projectId: string;
  ontology: Ontology;
  next: number;
  onDone: () => void;
  onClose: () => void;
}

/** What publishing would change, or break; then the act itself. */
export function PublishDialog({ projectId, ontology, next, onDone, onClose }: Props) {
  const { t } = useTranslation();
  const server = useServerWords();
  const look = usePublish(projectId);
  const publish = usePublish(projectId);
  const { mutate } = look;

  useEffect(() => mutate({ ontology, dryRun: true }), [mutate, ontology]);

  return (
    <Modal
      opened
      onClose={onClose}
      title={t("ontology.publishTitle", { version: next })}
      size="lg"
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Stack gap="md">
        {look.isPending ? <Waiting rows={2} /> : null}
        {look.error ? (
          <>
            <Text>{t("ontology.breaks")}</Text>
            <Problem error={look.error} />
          </>
        ) : null}
        {look.data ? (
          look.data.changes.length ? (
            <List size="sm">
              {look.data.changes.map((change) => (
                <List.Item key={change} dir="auto">
                  {server.sentence(change)}
                </List.Item>
              ))}
            </List>
          ) : (
            <Text c="dimmed">{t("ontology.onlyWords")}</Text>
          )
        ) : null}
        <Problem error={publish.error} />
        <Group justify="end">
          <Button variant="default" onClick={onClose}>
            {t("confirm.no")}
          </Button>
          <Button
            disabled={!look.data}
            loading={publish.isPending}
            onClick={() =>
              publish.mutate(
                { ontology, dryRun: false },
                {
                  onSuccess: () => {
                    onDone();
                    onClose();
                    say(t("ontology.publishedNow", { version: next }));
                  },
                },
              )
            }
          >
            {t("ontology.publish")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

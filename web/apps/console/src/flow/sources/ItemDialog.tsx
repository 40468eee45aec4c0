import { Button, Code, Group, Modal, Stack, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { may, useMe } from "../../data/session";
import { itemQuery, useWithdraw } from "../../data/sources";
import { Answered } from "../../parts/Answered";
import { ask, say, sayProblem } from "../../parts/ask";
import { Board } from "../boards";

interface Props {
  projectId: string;
  itemId: string;
  onClose: () => void;
}

/** One item as annotators see it, and what is known of it. */
export function ItemDialog({ projectId, itemId, onClose }: Props) {
  const { t } = useTranslation();
  const me = useMe();
  const item = useQuery(itemQuery(projectId, itemId));
  const ontology = useQuery(ontologyQuery(projectId));
  const withdraw = useWithdraw(projectId);
  return (
    <Modal
      opened
      onClose={onClose}
      size="xl"
      title={t("sources.item")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Answered query={item} rows={3} height={60}>
        {(data) => (
          <Stack gap="md">
            {ontology.data && data.data ? (
              <Board ontology={ontology.data.document} data={data.data} answer={{}} />
            ) : null}
            <Table variant="vertical" withTableBorder>
              <Table.Tbody>
                {(
                  [
                    [t("sources.itemId"), data.id],
                    [t("sources.externalId"), data.external_id],
                    [t("sources.split"), data.split],
                    ...Object.entries(data.metadata),
                  ] as [string, unknown][]
                )
                  .filter(([, value]) => value !== null && value !== undefined && value !== "")
                  .map(([key, value]) => (
                    <Table.Tr key={key}>
                      <Table.Th w={160}>
                        <bdi>{key}</bdi>
                      </Table.Th>
                      <Table.Td>
                        <Code dir="auto">{typeof value === "string" ? value : JSON.stringify(value)}</Code>
                      </Table.Td>
                    </Table.Tr>
                  ))}
              </Table.Tbody>
            </Table>
            {may(me, "manage", projectId) && data.state !== "withdrawn" ? (
              <Group justify="space-between">
                <Text size="sm" c="dimmed">
                  {t("sources.withdrawHelp")}
                </Text>
                <Button
                  variant="default"
                  className="danger"
                  size="xs"
                  onClick={() =>
                    ask(t("sources.withdraw"), t("sources.withdrawWords"), t("sources.withdraw"), () =>
                      withdraw.mutate(itemId, {
                        onSuccess: () => {
                          onClose();
                          say(t("sources.withdrawn"));
                        },
                        onError: sayProblem,
                      }),
                    )
                  }
                >
                  {t("sources.withdraw")}
                </Button>
              </Group>
            ) : null}
          </Stack>
        )}
      </Answered>
    </Modal>
  );
}

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { Answer } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { goldQuery, usePlantGold } from "../../data/quality";
import { itemsQuery } from "../../data/sources";
import { Answered } from "../../parts/Answered";
import { say } from "../../parts/ask";
import { Problem } from "../../parts/Problem";
import { Board } from "../boards";

interface Props {
  projectId: string;
  onClose: () => void;
}

/** Answer an item for sure; it is then planted among the tasks. */
export function PlantGold({ projectId, onClose }: Props) {
  const { t } = useTranslation();
  const ontology = useQuery(ontologyQuery(projectId));
  const gold = useQuery(goldQuery(projectId));
  const items = useQuery(itemsQuery(projectId, { limit: 100, state: "open" }));
  const plant = usePlantGold(projectId);
  const [at, setAt] = useState(0);
  const [answer, setAnswer] = useState<Answer>({});
  const planted = new Set(gold.data?.rows.map((row) => row.item_id));
  return (
    <Modal
      opened
      onClose={onClose}
      size="60rem"
      title={t("gold.plant")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Answered query={items} rows={3} height={60}>
        {({ rows }) => {
          const free = rows.filter((row) => !planted.has(row.id) && row.state !== "withdrawn");
          const item = free[at % Math.max(free.length, 1)];
          if (!item || !ontology.data) return <Text c="dimmed">{t("gold.noItems")}</Text>;
          const other = () => {
            setAt(at + 1);
            setAnswer({});
          };
          return (
            <Stack gap="md">
              <Text size="sm" c="dimmed">
                {t("gold.plantWords")}
              </Text>
              <Board
                key={item.id}
                ontology={ontology.data.document}
                data={item.data ?? {}}
                answer={answer}
                onChange={setAnswer}
              />
              <Problem error={plant.error} />
              <Group justify="end">
                <Button variant="default" onClick={other}>
                  {t("gold.other")}
                </Button>
                <Button
                  loading={plant.isPending}
                  disabled={Object.keys(answer).length === 0}
                  onClick={() =>
                    plant.mutate(
                      { item_id: item.id, answer },
                      {
                        onSuccess: () => {
                          setAnswer({});
                          say(t("gold.planted"));
                        },
                      },
                    )
                  }
                >
                  {t("gold.plantThis")}
                </Button>
              </Group>
            </Stack>
          );
        }}
      </Answered>
    </Modal>
  );
}

import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import type { Answer } from "@qistas/api";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { goldQuery, usePlantGold } from "../../data/quality";
import { itemPagesQuery } from "../../data/sources";
import { say } from "../../parts/ask";
import { Problem } from "../../parts/Problem";
import { Waiting } from "../../parts/Waiting";
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
  const items = useInfiniteQuery(itemPagesQuery(projectId, { limit: 100, state: "open" }));
  const plant = usePlantGold(projectId);
  const [at, setAt] = useState(0);
  const [answer, setAnswer] = useState<Answer>({});
  const planted = new Set(gold.data?.rows.map((row) => row.item_id));
  const rows = items.data?.pages.flatMap((page) => page.rows) ?? [];
  const free = rows.filter((row) => !planted.has(row.id));
  // Gold is open as work is: the first pages may hold nothing else.
  const more = at >= free.length && items.hasNextPage;
  const item = more ? undefined : free[at % Math.max(free.length, 1)];
  const waiting = items.isPending || gold.isPending || ontology.isPending || more;
  const failed = items.error ?? gold.error ?? ontology.error;
  const { fetchNextPage } = items;
  const ask = more && !items.isFetching && !items.error && !gold.isPending;
  useEffect(() => {
    if (ask) void fetchNextPage();
  }, [ask, fetchNextPage]);
  const other = () => {
    setAt(at + 1);
    setAnswer({});
  };
  return (
    <Modal
      opened
      onClose={onClose}
      size="60rem"
      title={t("gold.plant")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      {failed ? <Problem error={failed} retry={() => void items.refetch()} /> : null}
      {waiting && !failed ? <Waiting rows={3} height={60} /> : null}
      {!waiting && !item ? <Text c="dimmed">{t("gold.noItems")}</Text> : null}
      {!waiting && item && ontology.data ? (
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
      ) : null}
    </Modal>
  );
}

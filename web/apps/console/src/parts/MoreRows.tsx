import { Button, Group } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}

/** The next page of a long list, when there is one. */
export function MoreRows({ list }: Props) {
  const { t } = useTranslation();
  if (!list.hasNextPage) return null;
  return (
    <Group justify="center" p="sm">
      <Button
        variant="default"
        size="xs"
        loading={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {t("more")}
      </Button>
    </Group>
  );
}

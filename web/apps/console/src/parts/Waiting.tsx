import { Skeleton, Stack, VisuallyHidden } from "@mantine/core";
import { useTranslation } from "react-i18next";

interface Props {
  rows?: number;
  height?: number;
}

/** Holds the room that the rows will take, so that nothing moves when they come. */
export function Waiting({ rows = 4, height = 34 }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap={6} aria-busy="true" p={8}>
      <VisuallyHidden role="status">{t("waiting")}</VisuallyHidden>
      {Array.from({ length: rows }, (_, row) => `row ${row}`).map((key) => (
        <Skeleton key={key} height={height} radius="sm" />
      ))}
    </Stack>
  );
}

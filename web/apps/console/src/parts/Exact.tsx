import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

/** The server's own sentence, folded away behind words that were translated; nothing where there is none. */
export function Exact({ words }: { words: string | undefined }) {
  const { t } = useTranslation();
  if (!words) return null;
  return (
    <details>
      <Text component="summary" size="xs" c="dimmed" style={{ cursor: "pointer" }}>
        {t("problem.details")}
      </Text>
      <Text size="xs" c="dimmed" lang="en" dir="ltr" ta="left" mt={2}>
        {words}
      </Text>
    </details>
  );
}

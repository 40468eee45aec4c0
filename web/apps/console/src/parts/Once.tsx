import { ActionIcon, Alert, Group, Text, TextInput, Tooltip } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Icon } from "./Icon";
import { useCopy } from "./useCopy";

interface Props {
  label: string;
  secret: string;
}

/** A secret that the server shows one time: read it, copy it. */
export function Once({ label, secret }: Props) {
  const { t } = useTranslation();
  const { copied, copy } = useCopy(secret);
  return (
    <Alert variant="light" icon={<Icon name="warning" />} title={t("once.title")}>
      <Text size="sm" mb="xs">
        {t("once.words")}
      </Text>
      <Group gap="xs" wrap="nowrap" align="end">
        <TextInput
          label={label}
          value={secret}
          readOnly
          dir="ltr"
          style={{ flex: 1 }}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          onFocus={(event) => event.currentTarget.select()}
        />
        <Tooltip label={copied ? t("copied") : t("copy")}>
          <ActionIcon size="input-sm" variant="default" onClick={copy} aria-label={t("copy")}>
            <Icon name={copied ? "check" : "copy"} />
          </ActionIcon>
        </Tooltip>
      </Group>
    </Alert>
  );
}

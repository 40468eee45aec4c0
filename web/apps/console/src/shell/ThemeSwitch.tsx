import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { meQuery, useChangeMe } from "../data/session";
import { Icon } from "../parts/Icon";
import { queries } from "./queries";

export function ThemeSwitch() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const now = useComputedColorScheme("light");
  const change = useChangeMe();
  const other = now === "dark" ? "light" : "dark";
  const label = t(`frame.to_${other}`);
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={label}
      title={label}
      onClick={() => {
        setColorScheme(other);
        if (queries.getQueryData(meQuery.queryKey)) change.mutate({ theme: other });
      }}
    >
      <Icon name={other === "dark" ? "moon" : "sun"} size={18} />
    </ActionIcon>
  );
}

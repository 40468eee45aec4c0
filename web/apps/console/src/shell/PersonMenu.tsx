import { Menu, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useMe, useMoveToTenant, useSignOut } from "../data/session";
import { sayProblem } from "../parts/ask";
import { Icon } from "../parts/Icon";
import { PersonButton } from "./PersonButton";

/** Who I am, my settings, my other tenants, the way out. */
export default function PersonMenu() {
  const { t } = useTranslation();
  const me = useMe();
  const navigate = useNavigate();
  const signOut = useSignOut();
  const move = useMoveToTenant();
  const others = me.tenants.filter((tenant) => tenant.id !== me.tenant.id);
  return (
    <Menu position="bottom-end" width={240} defaultOpened>
      <Menu.Target>
        <PersonButton name={me.person.name} />
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={500} c="var(--ink)" size="md">
            <bdi>{me.person.name}</bdi>
          </Text>
          <bdi>{me.person.email}</bdi>
          <div>
            <bdi>{me.tenant.name}</bdi> · {t(`roles.${me.role}`)}
          </div>
        </Menu.Label>
        <Menu.Item leftSection={<Icon name="settings" />} onClick={() => void navigate({ to: "/settings" })}>
          {t("stations.settings")}
        </Menu.Item>
        {others.length ? <Menu.Divider /> : null}
        {others.map((tenant) => (
          <Menu.Item
            key={tenant.id}
            onClick={() =>
              move.mutate(tenant.id, { onSuccess: () => void navigate({ to: "/" }), onError: sayProblem })
            }
          >
            {t("frame.move")} <bdi>{tenant.name}</bdi>
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="signOut" />}
          onClick={() => signOut.mutate(undefined, { onError: sayProblem })}
        >
          {t("frame.signOut")}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

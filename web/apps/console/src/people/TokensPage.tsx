import { Button, Code, Group, Modal, MultiSelect, NumberInput, Stack, Table, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import type { TFunction } from "i18next";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { tokensQuery, useMakeToken, useRevokeToken } from "../data/people";
import { Answered } from "../parts/Answered";
import { ask, say, sayProblem } from "../parts/ask";
import { Empty } from "../parts/Empty";
import { useFormat } from "../parts/format";
import { Icon } from "../parts/Icon";
import { Once } from "../parts/Once";
import { Page } from "../parts/Page";
import { Problem } from "../parts/Problem";
import { Sheet } from "../parts/Sheet";
import { scopes } from "./scopes";

export default function TokensPage() {
  const { t } = useTranslation();
  const format = useFormat();
  const tokens = useQuery(tokensQuery);
  const revoke = useRevokeToken();
  const [making, setMaking] = useState(false);
  const make = (
    <Button leftSection={<Icon name="plus" />} onClick={() => setMaking(true)}>
      {t("tokens.make")}
    </Button>
  );
  return (
    <Page
      title={t("stations.tokens")}
      lead={t("tokens.lead")}
      actions={tokens.data?.rows.length ? make : null}
    >
      <Sheet flush>
        <Answered query={tokens} rows={3} height={40}>
          {({ rows }) =>
            rows.length === 0 ? (
              <Empty icon="tokens" title={t("tokens.none")} actions={make}>
                {t("tokens.noneWords")}
              </Empty>
            ) : (
              <Table aria-label={t("stations.tokens")}>
                <Table.Thead>
                  <Table.Tr>
                    <Table.Th>{t("tokens.name")}</Table.Th>
                    <Table.Th visibleFrom="sm">{t("tokens.actsAs")}</Table.Th>
                    <Table.Th visibleFrom="sm">{t("tokens.scopes")}</Table.Th>
                    <Table.Th>{t("tokens.ends")}</Table.Th>
                    <Table.Th visibleFrom="sm">{t("tokens.used")}</Table.Th>
                    <Table.Td />
                  </Table.Tr>
                </Table.Thead>
                <Table.Tbody>
                  {rows.map((row) => (
                    <Table.Tr key={row.id}>
                      <Table.Td>
                        <bdi>{row.name}</bdi>{" "}
                        <Code dir="ltr" style={{ display: "inline-block", whiteSpace: "nowrap" }}>
                          …{row.hint}
                        </Code>
                      </Table.Td>
                      <Table.Td visibleFrom="sm">
                        <bdi>{row.member_name}</bdi>
                      </Table.Td>
                      <Table.Td visibleFrom="sm">
                        <Group gap={4}>
                          {row.scopes.slice(0, 4).map((scope) => (
                            <Code key={scope} ff="inherit" title={scope}>
                              {scopeWords(t, scope)}
                            </Code>
                          ))}
                          {row.scopes.length > 4
                            ? t("tokens.andMore", { n: format.whole(row.scopes.length - 4) })
                            : null}
                        </Group>
                      </Table.Td>
                      <Table.Td>{format.dateTime(row.expires_at)}</Table.Td>
                      <Table.Td visibleFrom="sm">
                        {row.last_used_on ? format.day(row.last_used_on) : t("tokens.unused")}
                      </Table.Td>
                      <Table.Td ta="end">
                        <Button
                          size="compact-sm"
                          variant="default"
                          onClick={() =>
                            ask(
                              t("tokens.revoke"),
                              t("tokens.revokeWords", { name: row.name }),
                              t("tokens.revoke"),
                              () =>
                                revoke.mutate(row.id, {
                                  onSuccess: () => say(t("tokens.revoked")),
                                  onError: sayProblem,
                                }),
                            )
                          }
                        >
                          {t("tokens.revoke")}
                        </Button>
                      </Table.Td>
                    </Table.Tr>
                  ))}
                </Table.Tbody>
              </Table>
            )
          }
        </Answered>
      </Sheet>
      {making ? <TokenDialog onClose={() => setMaking(false)} /> : null}
    </Page>
  );
}

function TokenDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const make = useMakeToken();
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>([]);
  const [days, setDays] = useState(90);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make.mutate({ name, scopes: chosen, days });
  };
  return (
    <Modal opened onClose={onClose} title={t("tokens.make")} closeButtonProps={{ "aria-label": t("close") }}>
      {make.data?.token ? (
        <Stack gap="md">
          <Once label={t("tokens.token")} secret={make.data.token} />
          <Group justify="end">
            <Button onClick={onClose}>{t("done")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack gap="sm">
            <TextInput
              label={t("tokens.name")}
              description={t("tokens.nameHelp")}
              required
              withAsterisk={false}
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
            />
            <MultiSelect
              label={t("tokens.scopes")}
              description={t("tokens.scopesHelp")}
              data={scopes.map((value) => ({
                value,
                label: scopeWords(t, value),
              }))}
              value={chosen}
              onChange={setChosen}
            />
            <NumberInput
              label={t("members.days")}
              min={1}
              max={365}
              allowDecimal={false}
              value={days}
              onChange={(value) => setDays(Number(value) || 1)}
            />
            <Problem error={make.error} />
            <Group justify="end">
              <Button variant="default" onClick={onClose}>
                {t("confirm.no")}
              </Button>
              <Button type="submit" loading={make.isPending} disabled={chosen.length === 0}>
                {t("tokens.make")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

/** A scope as it is called in the list to choose from; one that this console does not know, by its name. */
const scopeWords = (t: TFunction, scope: string) =>
  t(`scopes.${scope === "*" ? "all" : scope.replace(".", "_")}`, { defaultValue: scope });

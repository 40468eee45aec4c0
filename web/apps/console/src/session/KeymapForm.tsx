import { ActionIcon, Button, Group, Kbd, Table, Text, VisuallyHidden } from "@mantine/core";
import {
  changeKeys,
  chordCaps,
  chordsOf,
  clashes,
  commands,
  type OwnKeys,
  readOwnKeys,
  withOwnKeys,
  writeOwnKeys,
} from "@qistas/annotate-core";
import { type KeyboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useChangeMe, useMe } from "../data/session";
import { say, sayProblem } from "../parts/ask";
import { Icon } from "../parts/Icon";
import { Sheet } from "../parts/Sheet";
import classes from "./KeymapForm.module.css";

const mac = /Mac|iPhone|iPad/.test(navigator.platform);
const scopes = ["task", "order", "region", "text", "image"] as const;

/** Every action of the annotation screen with its key; a press gives it another, checked for clashes. */
export function KeymapForm() {
  const { t } = useTranslation();
  const { t: word } = useTranslation("annotate");
  const me = useMe();
  const change = useChangeMe();
  const own = readOwnKeys(me.person.keymap);
  const now = withOwnKeys(commands, own);
  const found = clashes(now);
  const [listening, setListening] = useState<string | null>(null);

  const keep = (next: OwnKeys) => change.mutate({ keymap: writeOwnKeys(next) }, { onError: sayProblem });
  const hear = (id: string) => (event: KeyboardEvent) => {
    if (event.key === "Tab") return setListening(null);
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape" && listening === id) return setListening(null);
    const chord = chordsOf(event.nativeEvent, mac).at(-1);
    if (!chord) return;
    setListening(null);
    keep(changeKeys(commands, own, id, [chord]));
  };
  const clear = () => {
    const before = own;
    change.mutate(
      { keymap: {} },
      { onSuccess: () => say(t("keymap.cleared"), () => keep(before)), onError: sayProblem },
    );
  };

  return (
    <Sheet
      title={t("keymap.title")}
      note={t("keymap.note")}
      actions={
        <Button size="xs" variant="default" disabled={Object.keys(own).length === 0} onClick={clear}>
          {t("keymap.clear")}
        </Button>
      }
    >
      {found.length ? (
        <Text role="alert" size="sm" mb="xs">
          <Icon name="warning" size={14} />{" "}
          {found
            .map((clash) =>
              t("keymap.clash", {
                key: chordCaps(clash.chord, mac).join(" "),
                one: word(`commands.${clash.between[0]}`),
                other: word(`commands.${clash.between[1]}`),
              }),
            )
            .join(" ")}
        </Text>
      ) : null}
      {scopes.map((scope) => (
        <details key={scope} open={scope === "task"} className={classes.scope}>
          <summary>{t(`keymap.scope_${scope}`)}</summary>
          <Table verticalSpacing={2}>
            <Table.Tbody>
              {now
                .filter((command) => command.scope === scope)
                .map((command) => {
                  const name = word(`commands.${command.id}`);
                  return (
                    <Table.Tr key={command.id}>
                      <Table.Td>{name}</Table.Td>
                      <Table.Td ta="end">
                        <Group gap={6} justify="end" wrap="nowrap">
                          <Button
                            size="compact-sm"
                            variant={listening === command.id ? "filled" : "default"}
                            onClick={() => setListening(command.id)}
                            onBlur={() => setListening(null)}
                            onKeyDown={listening === command.id ? hear(command.id) : undefined}
                          >
                            {listening === command.id ? (
                              t("keymap.press")
                            ) : (
                              <span dir="ltr" className={classes.keys}>
                                <VisuallyHidden>{t("keymap.changeOf", { name })}</VisuallyHidden>
                                {command.keys.map((chord) => (
                                  <span key={chord}>
                                    {chordCaps(chord, mac).map((cap) => (
                                      <Kbd key={cap} size="xs">
                                        {cap}
                                      </Kbd>
                                    ))}
                                  </span>
                                ))}
                              </span>
                            )}
                          </Button>
                          <ActionIcon
                            variant="subtle"
                            color="gray"
                            size="sm"
                            disabled={!own[command.id]}
                            aria-label={t("keymap.usualOf", { name })}
                            onClick={() => keep(changeKeys(commands, own, command.id, undefined))}
                          >
                            <Icon name="returned" size={13} />
                          </ActionIcon>
                        </Group>
                      </Table.Td>
                    </Table.Tr>
                  );
                })}
            </Table.Tbody>
          </Table>
        </details>
      ))}
    </Sheet>
  );
}

import { Button, TextInput } from "@mantine/core";
import {
  type Chord,
  type Command,
  changeKeys,
  chordsOf,
  clashes,
  type Option,
  type OwnKeys,
  type Scope,
  commands as usual,
} from "@qistas/annotate-core";
import { type KeyboardEvent, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../parts/Icon";
import { Keys } from "../commands/Keys";
import { isMac } from "../commands/platform";
import { Dialog } from "./Dialog";
import classes from "./Dialogs.module.css";

interface Props {
  onClose: () => void;
  commands: readonly Command[];
  own: OwnKeys;
  save: (own: OwnKeys) => void;
  failure: Error | null;
  optionKeys: ReadonlyMap<Chord, Option>;
}

const scopes: readonly Scope[] = ["task", "order", "region", "text", "image"];

/** Every command with its keys: find one, give it another key, see what clashes. */
export function KeysDialog({ onClose, commands, own, save, failure, optionKeys }: Props) {
  const { t } = useTranslation("annotate");
  const [wanted, setWanted] = useState("");
  const [learning, setLearning] = useState<string | null>(null);
  const clashing = useMemo(() => clashes(commands, optionKeys), [commands, optionKeys]);
  const needle = wanted.trim().toLocaleLowerCase();
  const shown = commands.filter(
    (command) =>
      !needle ||
      t(`commands.${command.id}`).toLocaleLowerCase().includes(needle) ||
      command.keys.some((key) => key.toLocaleLowerCase().includes(needle)),
  );
  const nameOf = (id: string): string =>
    id.startsWith("label:")
      ? t("keys.label", { label: id.split(":").slice(2).join(":") })
      : t(`commands.${id}`);

  const learn = (event: KeyboardEvent, command: Command): void => {
    if (learning !== command.id) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") {
      setLearning(null);
      return;
    }
    // the Latin meaning of the key, so that it holds in every keyboard layout
    const chords = chordsOf(event.nativeEvent, isMac);
    const chord = chords.find((one) => /^[\x20-\x7e]+$/.test(one)) ?? chords[0];
    if (!chord) return;
    save(changeKeys(usual, own, command.id, [chord]));
    setLearning(null);
  };

  return (
    <Dialog onClose={onClose} wide title={t("keys.title")} keepOpen={learning !== null}>
      <TextInput
        aria-label={t("keys.find")}
        placeholder={t("keys.find")}
        leftSection={<Icon name="search" />}
        data-autofocus
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      {failure ? (
        <p className={classes.clash} role="alert">
          {t("keys.notSaved")}
        </p>
      ) : null}
      {scopes.map((scope) => {
        const group = shown.filter((command) => command.scope === scope);
        if (group.length === 0) return null;
        return (
          <section key={scope} className={classes.group}>
            <h3>{t(`keys.scope.${scope}`)}</h3>
            <ul>
              {group.map((command) => {
                const clash = clashing.filter(({ between }) => between.includes(command.id));
                return (
                  <li key={command.id} className={classes.command}>
                    <span>{t(`commands.${command.id}`)}</span>
                    <span className={classes.chords}>
                      {command.keys.length === 0 ? (
                        <span className={classes.none}>{t("keys.none")}</span>
                      ) : null}
                      {command.keys.map((key) => (
                        <Keys key={key} chord={key} />
                      ))}
                    </span>
                    <Button
                      size="compact-xs"
                      variant={learning === command.id ? "filled" : "default"}
                      aria-label={t("keys.change", { command: t(`commands.${command.id}`) })}
                      onClick={() => setLearning(learning === command.id ? null : command.id)}
                      onKeyDown={(event) => learn(event, command)}
                      onBlur={() => setLearning(null)}
                    >
                      {learning === command.id ? t("keys.press") : t("keys.set")}
                    </Button>
                    <Button
                      size="compact-xs"
                      variant="subtle"
                      disabled={own[command.id] === undefined}
                      aria-label={t("keys.resetOne", { command: t(`commands.${command.id}`) })}
                      onClick={() => save(changeKeys(usual, own, command.id, undefined))}
                    >
                      {t("keys.reset")}
                    </Button>
                    {clash.map(({ chord, between }) => (
                      <p key={`${chord} ${between.join(" ")}`} className={classes.clash} role="alert">
                        {t("keys.clash", {
                          chord,
                          other: nameOf(between.find((id) => id !== command.id) ?? ""),
                        })}
                      </p>
                    ))}
                  </li>
                );
              })}
            </ul>
          </section>
        );
      })}
    </Dialog>
  );
}

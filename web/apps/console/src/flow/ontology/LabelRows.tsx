import { ActionIcon, Button, ColorInput, Group, Select, TextInput } from "@mantine/core";
import type { OntologyLabel } from "@qistas/api";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { say } from "../../parts/ask";
import { Icon } from "../../parts/Icon";
import classes from "./form.module.css";
import { WordsInput } from "./WordsInput";

/** Colours that people with any colour vision can tell apart (Okabe and Ito). */
export const palette = [
  "#0072B2",
  "#E69F00",
  "#009E73",
  "#CC79A7",
  "#56B4E9",
  "#D55E00",
  "#F0E442",
  "#7F7F7F",
];

interface Props {
  labels: OntologyLabel[];
  languages: string[];
  takenKeys: string[];
  /** Whether a label may lie under another. */
  tree: boolean;
  onChange: (labels: OntologyLabel[]) => void;
}

/** The labels of one question, one a row. */
export function LabelRows({ labels, languages, takenKeys, tree, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const many = languages.length > 2 || undefined; // their titles get a line of their own
  const put = (place: number, change: Partial<OntologyLabel>) =>
    onChange(labels.map((label, at) => (at === place ? clean({ ...label, ...change }) : label)));
  const move = (place: number, by: number) => {
    const next = [...labels];
    const [label] = next.splice(place, 1);
    if (label) next.splice(place + by, 0, label);
    onChange(next);
  };
  const latest = useRef({ labels, onChange });
  latest.current = { labels, onChange };
  const remove = (place: number) => {
    const gone = labels[place];
    if (!gone) return;
    onChange(labels.filter((_, at) => at !== place));
    say(t("ontology.removed", { name: gone.name }), () =>
      latest.current.onChange(latest.current.labels.toSpliced(place, 0, gone)),
    );
  };
  const add = () => {
    const names = new Set(labels.map((label) => label.name));
    let number = labels.length + 1;
    while (names.has(`label_${number}`)) number++;
    const hotkey = [..."123456789"].find((key) => !takenKeys.includes(key));
    onChange([
      ...labels,
      clean({ name: `label_${number}`, colour: palette[labels.length % palette.length], hotkey }),
    ]);
  };

  return (
    <div>
      <div className={classes.legend}>{t("ontology.labels")}</div>
      {labels.length ? (
        <div className={`${classes.label} ${classes.heads}`} data-many={many} aria-hidden>
          <span className={classes.colour}>{t("ontology.colour")}</span>
          <span className={classes.name}>{t("ontology.labelName")}</span>
          <span className={classes.words}>
            {languages.map((code) => (
              <span key={code}>
                {languages.length > 1 ? (names.of(code) ?? code) : t("ontology.titleWord")}
              </span>
            ))}
          </span>
          <span className={classes.hotkey}>{t("ontology.hotkey")}</span>
          {tree ? <span className={classes.parent}>{t("ontology.parent")}</span> : null}
          <span className={classes.deeds} />
        </div>
      ) : null}
      {labels.map((label, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a label's name changes while it is typed
        <div key={place} className={`${classes.label} ${classes.inRow}`} data-many={many}>
          <ColorInput
            aria-label={t("ontology.colourOf", { name: label.name })}
            className={classes.colour}
            size="xs"
            value={label.colour ?? ""}
            swatches={palette}
            swatchesPerRow={8}
            withPicker={false}
            withEyeDropper={false}
            format="hex"
            dir="ltr"
            popoverProps={{ withinPortal: true }}
            onChange={(colour) => put(place, { colour: colour || undefined })}
          />
          <TextInput
            aria-label={t("ontology.labelName")}
            placeholder={t("ontology.labelName")}
            size="xs"
            className={classes.name}
            value={label.name}
            onChange={(event) => put(place, { name: event.currentTarget.value })}
          />
          <div className={classes.words}>
            <WordsInput
              label={t("ontology.titleWord")}
              hideLabel
              value={label.title}
              languages={languages}
              onChange={(title) => put(place, { title })}
            />
          </div>
          <TextInput
            aria-label={t("ontology.hotkeyOf", { name: label.name })}
            placeholder={t("ontology.hotkey")}
            size="xs"
            maxLength={1}
            className={classes.hotkey}
            value={label.hotkey ?? ""}
            onChange={(event) => put(place, { hotkey: event.currentTarget.value || undefined })}
          />
          {tree ? (
            <Select
              aria-label={t("ontology.parentOf", { name: label.name })}
              placeholder={t("ontology.parent")}
              size="xs"
              clearable
              allowDeselect={false}
              className={classes.parent}
              data={labels.filter((other) => other !== label && other.name).map((other) => other.name)}
              value={label.parent ?? null}
              onChange={(parent) => put(place, { parent: parent ?? undefined })}
            />
          ) : null}
          <Group gap={0} wrap="nowrap" className={classes.deeds}>
            <ActionIcon
              variant="subtle"
              color="gray"
              disabled={place === 0}
              aria-label={t("ontology.up", { name: label.name })}
              onClick={() => move(place, -1)}
            >
              <Icon name="up" size={14} />
            </ActionIcon>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("ontology.remove", { name: label.name })}
              onClick={() => remove(place)}
            >
              <Icon name="cross" size={14} />
            </ActionIcon>
          </Group>
        </div>
      ))}
      <Button variant="subtle" size="compact-sm" leftSection={<Icon name="plus" size={14} />} onClick={add}>
        {t("ontology.addLabel")}
      </Button>
    </div>
  );
}

function clean(label: OntologyLabel): OntologyLabel {
  return Object.fromEntries(
    Object.entries(label).filter(([, value]) => value !== undefined),
  ) as unknown as OntologyLabel;
}

import { ActionIcon, Group, MultiSelect, NumberInput, Select, Switch, Text, TextInput } from "@mantine/core";
import type { Ontology, OntologyQuestion, Place } from "@qistas/api";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { say } from "../../parts/ask";
import { Icon } from "../../parts/Icon";
import classes from "./form.module.css";
import { hasLabels, hasTree, kinds, ofKind, type Setting, settings } from "./kindSettings";
import { LabelRows } from "./LabelRows";
import { WordsInput } from "./WordsInput";

interface Props {
  ontology: Ontology;
  question: OntologyQuestion;
  place: number;
  wrong: Place[];
  onChange: (question: OntologyQuestion) => void;
  onMove: (by: number) => void;
  onRemove: () => void;
}

/** One question of the ontology as a form. */
export function QuestionCard({ ontology, question, place, wrong, onChange, onMove, onRemove }: Props) {
  const { t } = useTranslation();
  const languages = ontology.languages ?? ["en"];
  const put = (change: Record<string, unknown>) => {
    const next = { ...question, ...change };
    for (const [key, value] of Object.entries(next))
      if (value === undefined) delete (next as Record<string, unknown>)[key];
    onChange(next as OntologyQuestion);
  };
  const earlier = ontology.questions.slice(0, place).filter((other) => other.kind === "choice");
  const asked = earlier.find((other) => other.name === question.when?.question);
  const takenKeys = ontology.questions
    .flatMap((other) => other.labels ?? [])
    .flatMap((label) => label.hotkey ?? []);

  const asSet = question as unknown as Record<string, unknown>;
  const offered = (settings[question.kind] ?? []).filter((setting) => !setting.only || setting.only(asSet));
  const switches = offered.filter((setting) => setting.form === "switch");
  const boxes = offered.filter((setting) => setting.form !== "switch");
  const inputOf = (setting: Setting) => (
    <SettingInput
      key={setting.key}
      setting={setting}
      ontology={ontology}
      value={asSet[setting.key]}
      onChange={(value) => put({ [setting.key]: value })}
    />
  );
  const help = (
    <WordsInput
      label={t("ontology.help")}
      value={question.help}
      languages={languages}
      onChange={(help) => put({ help })}
    />
  );

  const latest = useRef(onChange);
  latest.current = onChange;
  // Another kind keeps only what makes sense for it: what it drops can be had back.
  const turn = (kind: string) => {
    const next = ofKind(kind, ontology, question);
    onChange(next);
    if (JSON.stringify(ofKind(question.kind, ontology, next)) !== JSON.stringify(question))
      say(t("ontology.kindNow", { name: question.name, kind: t(`kinds.${kind}`) }), () =>
        latest.current(question),
      );
  };

  return (
    <fieldset
      className={classes.card}
      data-wrong={wrong.length > 0 || undefined}
      aria-label={t("ontology.questionN", { n: place + 1 })}
    >
      <div className={classes.head}>
        <Text fw={600} size="md">
          {t("ontology.questionN", { n: place + 1 })} <bdi>{question.name}</bdi>
        </Text>
        <Group gap={0}>
          <ActionIcon
            variant="subtle"
            color="gray"
            disabled={place === 0}
            aria-label={t("ontology.up", { name: question.name })}
            onClick={() => onMove(-1)}
          >
            <Icon name="up" size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            disabled={place === ontology.questions.length - 1}
            aria-label={t("ontology.down", { name: question.name })}
            onClick={() => onMove(1)}
          >
            <Icon name="down" size={14} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("ontology.remove", { name: question.name })}
            onClick={onRemove}
          >
            <Icon name="trash" size={15} />
          </ActionIcon>
        </Group>
      </div>
      <div className={classes.row}>
        <TextInput
          label={t("ontology.nameKey")}
          value={question.name}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
        <Select
          label={t("ontology.kind")}
          allowDeselect={false}
          data={kinds.map((kind) => ({ value: kind, label: t(`kinds.${kind}`) }))}
          value={question.kind}
          onChange={(kind) => kind && turn(kind)}
        />
      </div>
      <div className={classes.row}>
        <WordsInput
          label={t("ontology.titleWord")}
          value={question.title}
          languages={languages}
          onChange={(title) => put({ title })}
        />
        {languages.length === 1 ? help : null}
      </div>
      {languages.length > 1 ? <div className={classes.row}>{help}</div> : null}
      {boxes.length ? <div className={classes.row}>{boxes.map(inputOf)}</div> : null}
      {switches.length ? <div className={classes.switches}>{switches.map(inputOf)}</div> : null}
      {hasLabels(question.kind) ? (
        <LabelRows
          labels={question.labels ?? []}
          languages={languages}
          takenKeys={takenKeys}
          tree={hasTree(question.kind)}
          onChange={(labels) => put({ labels })}
        />
      ) : null}
      <div className={classes.switches}>
        <Switch
          label={t("ontology.required")}
          checked={question.required ?? true}
          onChange={(event) => put({ required: event.currentTarget.checked ? undefined : false })}
        />
      </div>
      {earlier.length ? (
        <div className={classes.row}>
          <Select
            label={t("ontology.when")}
            placeholder={t("ontology.always")}
            clearable
            allowDeselect={false}
            data={earlier.map((other) => other.name)}
            value={question.when?.question ?? null}
            onChange={(name) => put({ when: name ? { question: name, is: [] } : undefined })}
          />
          {asked ? (
            <MultiSelect
              label={t("ontology.whenIs")}
              data={(asked.labels ?? []).map((label) => label.name)}
              value={question.when?.is ?? []}
              onChange={(is) => put({ when: { question: asked.name, is } })}
            />
          ) : null}
        </div>
      ) : null}
    </fieldset>
  );
}

interface SettingProps {
  setting: Setting;
  ontology: Ontology;
  value: unknown;
  onChange: (value: unknown) => void;
}

function SettingInput({ setting, ontology, value, onChange }: SettingProps) {
  const { t } = useTranslation();
  const label = t(`settingsOfKind.${setting.key}`);
  if (setting.form === "switch")
    return (
      <Switch
        label={label}
        checked={typeof value === "boolean" ? value : setting.fallback}
        onChange={(event) => {
          const checked = event.currentTarget.checked;
          onChange(checked === setting.fallback ? undefined : checked);
        }}
      />
    );
  if (setting.form === "number")
    return (
      <NumberInput
        label={label}
        placeholder={setting.fallback === undefined ? t("ontology.noLimit") : String(setting.fallback)}
        min={setting.min}
        value={typeof value === "number" ? value : ""}
        onChange={(number) => onChange(number === "" ? undefined : Number(number))}
      />
    );
  if (setting.form === "words")
    return (
      <WordsInput
        label={label}
        value={value as string | undefined}
        languages={ontology.languages ?? ["en"]}
        onChange={onChange}
      />
    );
  const fields = ontology.fields.filter(
    (field) => !setting.types || setting.types.includes(field.type ?? "text"),
  );
  return (
    <Select
      label={label}
      data={fields.map((field) => field.name)}
      value={typeof value === "string" ? value : null}
      onChange={(name) => onChange(name ?? undefined)}
    />
  );
}

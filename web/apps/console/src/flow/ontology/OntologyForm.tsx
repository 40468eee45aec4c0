import { ActionIcon, Button, MultiSelect, Select, Stack, Switch, TextInput } from "@mantine/core";
import type { Ontology, OntologyField, Place } from "@qistas/api";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { say } from "../../parts/ask";
import { Icon } from "../../parts/Icon";
import classes from "./form.module.css";
import { fieldTypes, ofKind } from "./kindSettings";
import { QuestionCard } from "./QuestionCard";
import { WordsInput } from "./WordsInput";

interface Props {
  ontology: Ontology;
  places: Place[];
  onChange: (ontology: Ontology) => void;
}

const offered = ["en", "ar", "fr", "es", "de", "tr", "fa", "ur", "hi", "id", "ru", "zh", "ja"];

/** The whole ontology as a form: the item's fields, the questions, their labels. */
export function OntologyForm({ ontology, places, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const languages = ontology.languages ?? ["en"];
  const fields = ontology.fields ?? [];
  const questions = ontology.questions ?? [];
  const put = (change: Partial<Ontology>) => onChange({ ...ontology, ...change });
  const putField = (place: number, change: Partial<OntologyField>) =>
    put({ fields: fields.map((field, at) => (at === place ? { ...field, ...change } : field)) });
  const latest = useRef({ ontology, onChange });
  latest.current = { ontology, onChange };
  const removeField = (place: number) => {
    const gone = fields[place];
    if (!gone) return;
    put({ fields: fields.filter((_, at) => at !== place) });
    say(t("ontology.removed", { name: gone.name }), () => {
      const now = latest.current.ontology;
      latest.current.onChange({ ...now, fields: (now.fields ?? []).toSpliced(place, 0, gone) });
    });
  };
  const removeQuestion = (place: number) => {
    const gone = questions[place];
    if (!gone) return;
    put({ questions: questions.filter((_, at) => at !== place) });
    say(t("ontology.removed", { name: gone.name }), () => {
      const now = latest.current.ontology;
      latest.current.onChange({ ...now, questions: (now.questions ?? []).toSpliced(place, 0, gone) });
    });
  };
  const free = (stem: string, taken: { name: string }[]) => {
    let number = taken.length + 1;
    while (taken.some((thing) => thing.name === `${stem}_${number}`)) number++;
    return `${stem}_${number}`;
  };

  return (
    <Stack gap="md">
      <MultiSelect
        label={t("ontology.languages")}
        data={[...new Set([...offered, ...languages])].map((code) => ({
          value: code,
          label: names.of(code) ?? code,
        }))}
        value={languages}
        onChange={(next) => put({ languages: next.length ? next : ["en"] })}
      />
      <div className={classes.row}>
        <WordsInput
          label={t("ontology.name")}
          value={ontology.name}
          languages={languages}
          onChange={(name) => put({ name })}
        />
      </div>
      <div>
        <div className={classes.legend}>{t("ontology.fields")}</div>
        <Stack gap="xs">
          {fields.map((field, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a field's name changes while it is typed
            <fieldset key={place} className={classes.card} aria-label={field.name}>
              <div className={classes.withDeed}>
                <div className={classes.row}>
                  <TextInput
                    label={t("ontology.nameKey")}
                    size="xs"
                    value={field.name}
                    onChange={(event) => putField(place, { name: event.currentTarget.value })}
                  />
                  <Select
                    label={t("ontology.kind")}
                    size="xs"
                    allowDeselect={false}
                    data={fieldTypes.map((type) => ({ value: type, label: t(`fieldTypes.${type}`) }))}
                    value={field.type ?? "text"}
                    onChange={(type) => putField(place, { type: (type ?? "text") as OntologyField["type"] })}
                  />
                  <Select
                    label={t("ontology.direction")}
                    size="xs"
                    allowDeselect={false}
                    data={(["auto", "ltr", "rtl"] as const).map((value) => ({
                      value,
                      label: t(`directions.${value}`),
                    }))}
                    value={field.direction ?? "auto"}
                    onChange={(value) =>
                      putField(place, { direction: (value ?? "auto") as OntologyField["direction"] })
                    }
                  />
                </div>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  disabled={fields.length === 1}
                  aria-label={t("ontology.remove", { name: field.name })}
                  onClick={() => removeField(place)}
                >
                  <Icon name="trash" size={15} />
                </ActionIcon>
              </div>
              <div className={classes.row}>
                <WordsInput
                  label={t("ontology.titleWord")}
                  size="xs"
                  value={field.title}
                  languages={languages}
                  onChange={(title) => putField(place, { title })}
                />
              </div>
              <Switch
                size="xs"
                label={t("ontology.required")}
                checked={field.required ?? true}
                onChange={(event) => putField(place, { required: event.currentTarget.checked })}
              />
            </fieldset>
          ))}
          <Button
            variant="subtle"
            size="compact-sm"
            style={{ alignSelf: "start" }}
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => put({ fields: [...fields, { name: free("field", fields), type: "text" }] })}
          >
            {t("ontology.addField")}
          </Button>
        </Stack>
      </div>
      {questions.map((question, place) => (
        <QuestionCard
          // biome-ignore lint/suspicious/noArrayIndexKey: a question's name changes while it is typed
          key={place}
          ontology={ontology}
          question={question}
          place={place}
          wrong={places.filter((each) => each.where.startsWith(`questions[${place}]`))}
          onChange={(next) => put({ questions: questions.map((each, at) => (at === place ? next : each)) })}
          onMove={(by) => {
            const next = [...questions];
            next.splice(place, 1);
            next.splice(place + by, 0, question);
            put({ questions: next });
          }}
          onRemove={() => removeQuestion(place)}
        />
      ))}
      <Button
        variant="default"
        size="xs"
        style={{ alignSelf: "start" }}
        leftSection={<Icon name="plus" size={14} />}
        onClick={() =>
          put({
            questions: [...questions, { ...ofKind("choice", ontology), name: free("question", questions) }],
          })
        }
      >
        {t("ontology.addQuestion")}
      </Button>
    </Stack>
  );
}

import { Code, SegmentedControl, Stack, Text } from "@mantine/core";
import { lazy, Suspense, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Waiting } from "../../parts/Waiting";
import { Preview } from "../boards";
import { type Draft, readText } from "./draft";
import classes from "./form.module.css";
import { GuidelineForm } from "./GuidelineForm";
import { OntologyForm } from "./OntologyForm";

const CodeEditor = lazy(() => import("./CodeEditor"));

type Mode = "form" | "guideline" | "yaml" | "json";
const modes: Mode[] = ["form", "guideline", "yaml", "json"];
const readModes: Mode[] = ["form", "guideline"];

interface Props {
  draft: Draft;
  /** Items to try the preview on. */
  sample: Record<string, unknown>[];
  /** Shown alone, to who may not change it. */
  readOnly?: boolean;
}

/** Writing an ontology on one side, the annotator's screen on the other. */
export function OntologyEditor({ draft, sample, readOnly = false }: Props) {
  const { t, i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const [mode, setMode] = useState<Mode>("form");
  const [goTo, setGoTo] = useState<{ where: string } | null>(null);
  const [chosen, setAt] = useState<number | null>(null);
  const at = chosen ?? firstIn(sample, i18n.language);
  const [language, setLanguage] = useState<string>();
  const { document, places } = draft;
  const shown = useMemo(() => (draft.ready ? document : null), [draft.ready, document]);
  const [lastGood, setLastGood] = useState(document);
  if (shown && shown !== lastGood) setLastGood(shown);

  const json = mode === "json";
  const text = useMemo(
    () => (json && document ? JSON.stringify(document, null, 2) : draft.text),
    [json, document, draft.text],
  );
  const languages = lastGood?.languages ?? [];
  const previewLanguage = language && languages.includes(language) ? language : undefined;

  return (
    <div className={classes.split}>
      <Stack gap="sm" miw={0}>
        <SegmentedControl
          aria-label={t("ontology.mode")}
          value={mode}
          onChange={(value) => setMode(value as Mode)}
          data={(readOnly ? readModes : modes).map((value) => ({
            value,
            label: t(`ontology.mode_${value}`),
          }))}
          style={{ alignSelf: "start" }}
        />
        {places.length ? (
          <ul className={classes.places} aria-label={t("ontology.errors")}>
            {places.map((place) => (
              <li key={`${place.where} ${place.message}`}>
                <button
                  type="button"
                  className={classes.place}
                  onClick={() => {
                    if (mode === "form" || mode === "guideline") setMode("yaml");
                    setGoTo({ where: place.where });
                  }}
                >
                  {place.where ? (
                    <Code>
                      <bdi>{place.where}</bdi>
                    </Code>
                  ) : null}{" "}
                  {place.message} {place.remedy}
                </button>
              </li>
            ))}
          </ul>
        ) : null}
        <fieldset disabled={readOnly} className={classes.plain}>
          {mode === "form" && document ? (
            <OntologyForm ontology={document} places={places} onChange={draft.writeDocument} />
          ) : null}
          {mode === "guideline" && document ? (
            <GuidelineForm ontology={document} onChange={draft.writeDocument} />
          ) : null}
        </fieldset>
        {(mode === "form" || mode === "guideline") && !document ? (
          <Text c="dimmed">{t("ontology.unreadable")}</Text>
        ) : null}
        {mode === "yaml" || mode === "json" ? (
          <Suspense fallback={<Waiting rows={1} height={420} />}>
            <CodeEditor
              key={mode}
              text={text}
              form={mode}
              places={places}
              label={t("ontology.asText", { form: mode.toUpperCase() })}
              goTo={goTo}
              onChange={(next) => {
                if (next === text) return;
                const read = json ? readText(next).document : null;
                if (read) draft.writeDocument(read);
                else draft.writeText(next);
              }}
            />
          </Suspense>
        ) : null}
      </Stack>
      <section className={classes.preview} aria-label={t("ontology.preview")}>
        <div className={classes.head} style={{ marginBlockEnd: 8, minHeight: 34 }}>
          <Text fw={600}>{t("ontology.preview")}</Text>
          <div className={classes.head}>
            {languages.length > 1 ? (
              <SegmentedControl
                size="xs"
                aria-label={t("ontology.previewLanguage")}
                value={
                  previewLanguage ??
                  (languages.includes(i18n.language) ? i18n.language : (languages[0] ?? ""))
                }
                onChange={setLanguage}
                data={languages.slice(0, 4).map((code) => ({ value: code, label: names.of(code) ?? code }))}
              />
            ) : null}
            {sample.length > 1 ? (
              <SegmentedControl
                size="xs"
                aria-label={t("ontology.previewItem")}
                value={String(Math.min(at, sample.length - 1))}
                onChange={(value) => setAt(Number(value))}
                data={sample
                  .slice(0, 4)
                  .map((_, place) => ({ value: String(place), label: String(place + 1) }))}
              />
            ) : null}
          </div>
        </div>
        <div className={classes.stage}>
          {lastGood ? (
            <Preview
              ontology={lastGood}
              data={sample[Math.min(at, sample.length - 1)]}
              language={previewLanguage ?? (languages.includes(i18n.language) ? i18n.language : languages[0])}
            />
          ) : (
            <Waiting rows={3} height={60} />
          )}
        </div>
      </section>
    </div>
  );
}

/** The place of the first item written in the reader's language, as far as its letters tell; else the first. */
function firstIn(sample: Record<string, unknown>[], language: string): number {
  const letters = language === "ar" ? /\p{Script=Arabic}/u : /\p{Script=Latin}/u;
  const found = sample.findIndex((item) =>
    Object.values(item).some((value) => letters.test(/\p{L}/u.exec(JSON.stringify(value))?.[0] ?? "")),
  );
  return Math.max(found, 0);
}

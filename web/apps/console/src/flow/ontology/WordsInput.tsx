import { Textarea, TextInput } from "@mantine/core";
import type { Text } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { directionOf } from "../../shell/language";

interface Props {
  label: string;
  value: Text | undefined;
  languages: string[];
  onChange: (value: Text | undefined) => void;
  /** Rows of the box; one line without it. */
  rows?: number;
  hideLabel?: boolean;
  size?: "xs";
}

/** Words people read: one box a language. */
export function WordsInput({ label, value, languages, onChange, rows, hideLabel, size }: Props) {
  const { i18n } = useTranslation();
  const names = new Intl.DisplayNames(i18n.language, { type: "language" });
  const shown = languages.length ? languages : ["en"];
  const wordsIn = (language: string, place: number) =>
    typeof value === "string" ? (place === 0 ? value : "") : (value?.[language] ?? "");

  const write = (language: string, words: string) => {
    const next: Record<string, string> = {};
    shown.forEach((each, place) => {
      const kept = each === language ? words : wordsIn(each, place);
      if (kept) next[each] = kept;
    });
    if (Object.keys(next).length === 0) onChange(undefined);
    else if (shown.length === 1) onChange(Object.values(next)[0]);
    else onChange(next);
  };

  return (
    <>
      {shown.map((language, place) => {
        const name = shown.length > 1 ? `${label} (${names.of(language) ?? language})` : label;
        const common = {
          label: hideLabel ? undefined : name,
          "aria-label": hideLabel ? name : undefined,
          placeholder: hideLabel ? name : undefined,
          size: hideLabel ? "xs" : size,
          lang: language,
          dir: directionOf(language),
          value: wordsIn(language, place),
        };
        return rows ? (
          <Textarea
            key={language}
            {...common}
            autosize
            minRows={rows}
            maxRows={24}
            onChange={(event) => write(language, event.currentTarget.value)}
          />
        ) : (
          <TextInput
            key={language}
            {...common}
            onChange={(event) => write(language, event.currentTarget.value)}
          />
        );
      })}
    </>
  );
}

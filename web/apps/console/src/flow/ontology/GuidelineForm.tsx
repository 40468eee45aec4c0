import { Stack, Text } from "@mantine/core";
import type { Ontology } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { WordsInput } from "./WordsInput";

interface Props {
  ontology: Ontology;
  onChange: (ontology: Ontology) => void;
}

/** The guideline: the Markdown that annotators read beside the task. */
export function GuidelineForm({ ontology, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("ontology.guidelineHelp")}
      </Text>
      <WordsInput
        label={t("ontology.guideline")}
        value={ontology.guideline}
        languages={ontology.languages ?? ["en"]}
        rows={14}
        onChange={(guideline) => onChange({ ...ontology, guideline })}
      />
    </Stack>
  );
}

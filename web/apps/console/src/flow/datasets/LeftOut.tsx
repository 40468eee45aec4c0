import { Button, List, Text } from "@mantine/core";
import type { OntologyQuestion, SelectionCount } from "@qistas/api";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../parts/format";
import { inLanguage } from "../../parts/text";
import { ItemAnswers } from "../quality/ItemAnswers";

interface Props {
  projectId: string;
  rows: SelectionCount["left_out"];
  questions: OntologyQuestion[];
}

/** How many items each condition leaves out, and one of them to look at. */
export function LeftOut({ projectId, rows, questions }: Props) {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState<string | null>(null);
  if (!rows.length) return null;
  return (
    <div>
      <Text size="sm" fw={500} mb={4} id="left-out">
        {t("datasets.leftOut")}
      </Text>
      <List size="sm" spacing={4} listStyleType="none" aria-labelledby="left-out">
        {rows.map((row) => {
          const question = questions.find((each) => each.name === row.question);
          const words = t(`leftOut.${row.reason}`);
          return (
            <List.Item key={`${row.reason} ${row.question}`}>
              {format.whole(row.items)} · {words}
              {row.question ? (
                <>
                  {": "}
                  <bdi>{inLanguage(question?.title, i18n.language, row.question)}</bdi>
                </>
              ) : null}{" "}
              <Button size="compact-xs" variant="subtle" onClick={() => setOpen(row.example)}>
                {t("datasets.example")}
              </Button>
            </List.Item>
          );
        })}
      </List>
      {open ? <ItemAnswers projectId={projectId} itemId={open} onClose={() => setOpen(null)} /> : null}
    </div>
  );
}

import { List, Modal, Text } from "@mantine/core";
import type { Answer } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { type Said, saidQuery } from "../../data/quality";
import { Answered } from "../../parts/Answered";
import { useFormat } from "../../parts/format";
import { Board } from "../boards";
import { Disagreement } from "../review/Disagreement";

interface Props {
  projectId: string;
  itemId: string;
  onClose: () => void;
}

/** What was inferred, question by question, as one answer. */
const standing = ({ consensus }: Said): Answer =>
  Object.fromEntries(consensus.map((each) => [each.question, each.value])) as Answer;

/** Every answer to one item, side by side. */
export function ItemAnswers({ projectId, itemId, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const ontology = useQuery(ontologyQuery(projectId));
  const item = useQuery(saidQuery(projectId, itemId));
  return (
    <Modal
      opened
      onClose={onClose}
      size="60rem"
      title={t("quality.itemAnswers")}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Answered query={item} rows={4} height={60}>
        {(data) =>
          ontology.data ? (
            <>
              <Board ontology={ontology.data.document} data={data.item.data} answer={standing(data)} low />
              <Text size="sm" c="dimmed" mt="xs" mb="md">
                {t(data.consensus.length ? "quality.shownConsensus" : "quality.shownNothing")}
              </Text>
              <Disagreement ontology={ontology.data.document} said={data} />
              {data.judged.length ? (
                <List size="sm" mt="md" aria-label={t("quality.judged")}>
                  {data.judged.map((line) => (
                    <List.Item key={line.id}>
                      <bdi>{line.who}</bdi>: {t(`verdicts.${line.verdict}`)}
                      {line.reason ? <bdi>. {line.reason}</bdi> : null}{" "}
                      <Text span size="xs" c="dimmed">
                        {format.dateTime(line.created_at)}
                      </Text>
                    </List.Item>
                  ))}
                </List>
              ) : null}
            </>
          ) : null
        }
      </Answered>
    </Modal>
  );
}

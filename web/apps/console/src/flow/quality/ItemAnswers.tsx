import { Modal } from "@mantine/core";
import { type ReviewOffer, request } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { ontologyQuery } from "../../data/ontology";
import { Answered } from "../../parts/Answered";
import { AnswerBoard } from "../annotate/AnswerBoard";
import { Disagreement } from "../review/Disagreement";

interface Props {
  projectId: string;
  itemId: string;
  onClose: () => void;
}

/** Every answer to one item, side by side. */
export function ItemAnswers({ projectId, itemId, onClose }: Props) {
  const { t } = useTranslation();
  const ontology = useQuery(ontologyQuery(projectId));
  const item = useQuery({
    queryKey: ["project", projectId, "quality", "item", itemId],
    queryFn: () => request<ReviewOffer>("GET", `/projects/${projectId}/quality/items/${itemId}`),
  });
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
              <AnswerBoard ontology={ontology.data.document} data={data.item.data} answer={{}} />
              <Disagreement ontology={ontology.data.document} offer={data} />
            </>
          ) : null
        }
      </Answered>
    </Modal>
  );
}

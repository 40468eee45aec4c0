import { Group, Modal } from "@mantine/core";
import type { DatasetVersion } from "@qistas/api";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { compareQuery } from "../../data/datasets";
import { Answered } from "../../parts/Answered";
import { Figure } from "../../parts/Figure";
import { useFormat } from "../../parts/format";

interface Props {
  projectId: string;
  datasetId: string;
  one: DatasetVersion;
  other: DatasetVersion;
  onClose: () => void;
}

/** What changed from one version to the other. */
export function CompareDialog({ projectId, datasetId, one, other, onClose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const difference = useQuery(compareQuery(projectId, datasetId, one.id, other.id));
  return (
    <Modal
      opened
      onClose={onClose}
      title={t("datasets.compareTitle", { one: one.number, other: other.number })}
      closeButtonProps={{ "aria-label": t("close") }}
    >
      <Answered query={difference} rows={1} height={60}>
        {(data) => (
          <Group grow>
            <Figure label={t("datasets.added")} value={format.whole(data.added)} />
            <Figure label={t("datasets.removed")} value={format.whole(data.removed)} />
            <Figure label={t("datasets.changed")} value={format.whole(data.changed)} />
            <Figure label={t("datasets.moved")} value={format.whole(data.moved)} />
            <Figure label={t("datasets.same")} value={format.whole(data.same)} />
          </Group>
        )}
      </Answered>
    </Modal>
  );
}

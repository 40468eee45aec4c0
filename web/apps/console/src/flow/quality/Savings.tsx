import { Group, Text } from "@mantine/core";
import type { Quality } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { Estimate } from "../../parts/Estimate";
import { Figure } from "../../parts/Figure";
import { useFormat } from "../../parts/format";
import { Sheet } from "../../parts/Sheet";

/** What adaptive redundancy saved so far, and how right the answers are thought to be. */
export function Savings({ savings }: { savings: NonNullable<Quality["redundancy"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Sheet title={t("redundancy.savings")} note={t("redundancy.savingsNote")}>
      {savings.finished === 0 ? (
        <Text c="dimmed">{t("redundancy.nothingYet")}</Text>
      ) : (
        <Group gap="xl" align="start">
          <Figure
            label={t("redundancy.saved")}
            value={format.whole(savings.saved)}
            note={
              savings.saved_low === null || savings.saved_high === null
                ? null
                : t("estimate.interval", {
                    low: format.whole(savings.saved_low),
                    high: format.whole(savings.saved_high),
                  })
            }
          />
          <Figure
            label={t("redundancy.share")}
            value={
              <Estimate value={savings.share} low={savings.share_low} high={savings.share_high} percent />
            }
            note={t("redundancy.shareNote", {
              answers: format.whole(savings.answers),
              fixed: format.whole(savings.fixed),
            })}
          />
          <Figure
            label={t("redundancy.accuracy")}
            value={
              <Estimate
                value={savings.accuracy}
                low={savings.accuracy_low}
                high={savings.accuracy_high}
                percent
              />
            }
            note={t("redundancy.accuracyNote")}
          />
          <Figure
            label={t("redundancy.finished")}
            value={format.whole(savings.finished)}
            note={savings.by_answers
              .map((each) =>
                t("redundancy.itemsWith", {
                  items: format.whole(each.items),
                  answers: format.whole(each.answers),
                }),
              )
              .join(t("redundancy.comma"))}
          />
        </Group>
      )}
    </Sheet>
  );
}

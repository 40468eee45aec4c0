import { Group, NumberInput, Radio, Select, Stack } from "@mantine/core";
import type { Settings } from "@qistas/api";
import { useTranslation } from "react-i18next";
import { PercentInput } from "../parts/PercentInput";

type Redundancy = Settings["redundancy"];

interface Props {
  overlap: number;
  onOverlap: (overlap: number) => void;
  rule: Redundancy;
  onRule: (rule: Redundancy) => void;
}

/** How many answers an item gets: the same for all, or as many as it takes. */
export function RedundancyFields({ overlap, onOverlap, rule, onRule }: Props) {
  const { t } = useTranslation();
  const change = (part: Partial<Redundancy>) => onRule({ ...rule, ...part });
  const ofProject = rule.target_accuracy !== null;
  const target = (ofProject ? rule.target_accuracy : rule.target_confidence) ?? 0.95;
  const aim = (share: number, project: boolean) =>
    change(
      project
        ? { target_accuracy: share, target_confidence: null }
        : { target_confidence: share, target_accuracy: null },
    );
  return (
    <Stack gap="md">
      <Radio.Group
        label={t("redundancy.title")}
        value={rule.mode}
        onChange={(mode) => change({ mode: mode as Redundancy["mode"] })}
      >
        <Stack gap={6} mt={6}>
          {(["fixed", "adaptive"] as const).map((mode) => (
            <Radio
              key={mode}
              value={mode}
              label={t(`redundancy.${mode}`)}
              description={t(`redundancy.${mode}Help`)}
            />
          ))}
        </Stack>
      </Radio.Group>
      {rule.mode === "fixed" ? (
        <NumberInput
          label={t("projectSettings.overlap")}
          description={t("projectSettings.overlapHelp")}
          min={1}
          max={100}
          allowDecimal={false}
          value={overlap}
          onChange={(value) => onOverlap(Number(value) || 1)}
        />
      ) : (
        <>
          <Group grow align="end">
            <Select
              label={t("redundancy.targetOf")}
              description={t("redundancy.targetOfHelp")}
              allowDeselect={false}
              data={(["item", "project"] as const).map((value) => ({
                value,
                label: t(`redundancy.target_${value}`),
              }))}
              value={ofProject ? "project" : "item"}
              onChange={(value) => aim(target, value === "project")}
            />
            <PercentInput
              label={t("redundancy.target")}
              description={t("redundancy.targetHelp")}
              min={50}
              max={99.9}
              value={Math.round(target * 1000) / 10}
              onChange={(value) => aim(Math.min(Math.max(Number(value) || 95, 50), 99.9) / 100, ofProject)}
            />
          </Group>
          <Group grow align="end">
            <NumberInput
              label={t("redundancy.min")}
              description={t("redundancy.minHelp")}
              min={1}
              max={100}
              allowDecimal={false}
              value={rule.min_overlap}
              onChange={(value) => change({ min_overlap: Number(value) || 1 })}
            />
            <NumberInput
              label={t("redundancy.max")}
              description={t("redundancy.maxHelp")}
              min={1}
              max={100}
              allowDecimal={false}
              value={rule.max_overlap}
              onChange={(value) => change({ max_overlap: Number(value) || 1 })}
            />
          </Group>
          <Group grow align="end">
            <NumberInput
              label={t("redundancy.cost")}
              description={t("redundancy.costHelp")}
              min={0}
              allowDecimal={false}
              value={rule.cost_per_answer}
              onChange={(value) => change({ cost_per_answer: Number(value) || 0 })}
            />
            <NumberInput
              label={t("redundancy.errorCost")}
              description={t("redundancy.errorCostHelp")}
              min={0}
              allowDecimal={false}
              value={rule.error_cost}
              onChange={(value) => change({ error_cost: Number(value) || 0 })}
            />
          </Group>
        </>
      )}
    </Stack>
  );
}

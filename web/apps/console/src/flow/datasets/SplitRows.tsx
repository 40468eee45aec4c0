import { ActionIcon, Button, Group, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../parts/format";
import { Icon } from "../../parts/Icon";
import { PercentInput } from "../../parts/PercentInput";

export interface SplitRow {
  name: string;
  percent: number;
}

const usual: SplitRow[] = [
  { name: "train", percent: 80 },
  { name: "validation", percent: 10 },
  { name: "test", percent: 10 },
];

/** Shares by name, as the server takes them; nothing when no split is wanted. */
export function splitsOf(rows: SplitRow[]): Record<string, number> | undefined {
  const named = rows.filter((row) => row.name.trim() && row.percent > 0);
  return named.length
    ? Object.fromEntries(named.map((row) => [row.name.trim(), row.percent / 100]))
    : undefined;
}

interface Props {
  rows: SplitRow[];
  seed: number;
  onRows: (rows: SplitRow[]) => void;
  onSeed: (seed: number) => void;
}

export function SplitRows({ rows, seed, onRows, onSeed }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const sum = rows.reduce((total, row) => total + row.percent, 0);
  const put = (place: number, change: Partial<SplitRow>) =>
    onRows(rows.map((row, at) => (at === place ? { ...row, ...change } : row)));
  if (rows.length === 0)
    return (
      <Button variant="default" size="xs" onClick={() => onRows(usual)}>
        {t("datasets.addSplits")}
      </Button>
    );
  return (
    <Stack gap="xs">
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a split's name changes while it is typed
        <Group key={place} gap="xs" wrap="nowrap">
          <TextInput
            aria-label={t("datasets.splitName")}
            size="xs"
            value={row.name}
            onChange={(event) => put(place, { name: event.currentTarget.value })}
          />
          <PercentInput
            aria-label={t("datasets.splitShare", { name: row.name })}
            size="xs"
            w={90}
            min={0}
            max={100}
            value={row.percent}
            onChange={(value) => put(place, { percent: Number(value) || 0 })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t("ontology.remove", { name: row.name })}
            onClick={() => onRows(rows.filter((_, at) => at !== place))}
          >
            <Icon name="cross" size={14} />
          </ActionIcon>
        </Group>
      ))}
      <Group gap="md" align="end">
        <Button
          variant="subtle"
          size="compact-sm"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => onRows([...rows, { name: "", percent: Math.max(0, 100 - sum) }])}
        >
          {t("datasets.addSplit")}
        </Button>
        <NumberInput
          label={t("datasets.seed")}
          size="xs"
          w={110}
          allowDecimal={false}
          min={0}
          value={seed}
          onChange={(value) => onSeed(Number(value) || 0)}
        />
      </Group>
      {Math.abs(sum - 100) > 0.01 ? (
        <Text size="sm" role="alert">
          <Icon name="warning" size={14} /> {t("datasets.splitSum", { sum: format.short(sum) })}
        </Text>
      ) : null}
    </Stack>
  );
}

import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useFormat } from "../../parts/format";
import { PercentInput } from "../../parts/PercentInput";
import { perCentOf, shareOf } from "./share";

interface Props {
  label: string;
  help: string;
  value: number | null | undefined;
  onChange: (share: number | undefined) => void;
}

/** A share in per cent. What is typed as a share (0.8) is read as one, and says so at once. */
export function ShareInput({ label, help, value, onChange }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [typed, setTyped] = useState<number | string>(perCentOf(value));
  const asShare = typeof typed === "number" && typed > 0 && typed < 1;
  return (
    <PercentInput
      label={label}
      description={asShare ? t("datasets.readAs", { value: format.percent(typed) }) : help}
      descriptionProps={{ "aria-live": "polite" }}
      min={0}
      max={100}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        onChange(next === "" ? undefined : shareOf(Number(next)));
      }}
      onBlur={() => setTyped(perCentOf(value))}
    />
  );
}

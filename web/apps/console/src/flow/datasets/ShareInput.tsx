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
  const [typed, setTyped] = useState<number | "">("");
  const asShare = typed !== "" && typed > 0 && typed < 1;
  return (
    <PercentInput
      label={label}
      description={asShare ? t("datasets.readAs", { value: format.percent(typed) }) : help}
      descriptionProps={{ "aria-live": "polite" }}
      value={perCentOf(value)}
      onChange={(next) => {
        setTyped(next);
        onChange(next === "" ? undefined : shareOf(next));
      }}
      onBlur={() => setTyped("")}
    />
  );
}

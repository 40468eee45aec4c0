import { TextInput, type TextInputProps } from "@mantine/core";
import { useState } from "react";
import { readNumber } from "./readNumber";

interface Props extends Omit<TextInputProps, "value" | "onChange" | "rightSection" | "min" | "max"> {
  value: number | "";
  onChange: (next: number | "") => void;
  min?: number;
  max?: number;
}

/**
 * A number in per cent; the sign stands beside it. What is typed, pasted or put in by a program is taken as it comes, in the digits
 * of either script, and is shown as the number that it means once the field is left.
 */
export function PercentInput({ value, onChange, min = 0, max = 100, onBlur, onKeyDown, ...rest }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const put = (number: number) => onChange(Math.min(Math.max(number, min), max));
  return (
    <TextInput
      {...rest}
      inputMode="decimal"
      autoComplete="off"
      rightSection={<span aria-hidden>%</span>}
      rightSectionPointerEvents="none"
      value={typed ?? String(value)}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        const number = readNumber(text);
        if (number !== null) put(number);
        else if (text.trim() === "") onChange("");
      }}
      onBlur={(event) => {
        setTyped(null);
        onBlur?.(event);
      }}
      onKeyDown={(event) => {
        onKeyDown?.(event);
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        setTyped(null);
        put(Math.round(10 * (Number(value || 0) + (event.key === "ArrowUp" ? 1 : -1))) / 10);
      }}
    />
  );
}

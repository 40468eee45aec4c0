import { useMemo } from "react";
import { useTranslation } from "react-i18next";

/** How numbers, times and sizes are written in the person's language. */
export function useFormat() {
  const { i18n } = useTranslation();
  return useMemo(() => formatters(i18n.language), [i18n.language]);
}

export type Format = ReturnType<typeof formatters>;

export function formatters(language: string) {
  const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  const two = new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const short = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  const dateTime = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    calendar: "gregory",
  });
  // A date without a time is the same day everywhere.
  const day = new Intl.DateTimeFormat(language, {
    month: "short",
    day: "numeric",
    calendar: "gregory",
    timeZone: "UTC",
  });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

  const ago = (value: string | Date): string => {
    const seconds = (new Date(value).getTime() - Date.now()) / 1000;
    const steps: [Intl.RelativeTimeFormatUnit, number][] = [
      ["day", 86_400],
      ["hour", 3_600],
      ["minute", 60],
    ];
    for (const [unit, size] of steps)
      if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
    return relative.format(0, "second");
  };

  const bytes = (value: number): string => {
    const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
    const power = value > 0 ? Math.min(Math.floor(Math.log10(value) / 3), units.length - 1) : 0;
    return new Intl.NumberFormat(language, {
      style: "unit",
      unit: units[power] ?? "byte",
      unitDisplay: power ? "short" : "long",
      maximumFractionDigits: power ? 1 : 0,
    }).format(value / 1000 ** power);
  };

  const duration = (seconds: number): string => {
    const unit = seconds >= 90 ? "minute" : "second";
    return new Intl.NumberFormat(language, {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: seconds < 10 || unit === "minute" ? 1 : 0,
    }).format(unit === "minute" ? seconds / 60 : seconds);
  };

  const money = (minor: number, currency: string): string => {
    const format = new Intl.NumberFormat(language, {
      style: "currency",
      currency,
      currencyDisplay: "narrowSymbol",
    });
    const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    // A currency's Latin letters and sign stay together within Arabic: "US$", never "$US".
    return format
      .formatToParts(minor / 10 ** digits)
      .map(({ type, value }) => (type === "currency" ? `\u2068${value}\u2069` : value))
      .join("");
  };

  return {
    whole: (value: number) => whole.format(value),
    two: (value: number) => two.format(value),
    short: (value: number) => short.format(value),
    percent: (value: number) => percent.format(value),
    dateTime: (value: string | Date) => dateTime.format(new Date(value)),
    day: (value: string | Date) => day.format(new Date(value)),
    ago,
    bytes,
    duration,
    money,
    list: (values: string[]) =>
      new Intl.ListFormat(language, { style: "long", type: "conjunction" }).format(values),
  };
}

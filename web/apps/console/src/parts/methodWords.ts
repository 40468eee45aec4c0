import { useTranslation } from "react-i18next";

/** The words for a method of inference; its own name where there are none. */
export function useMethodWords(): (method: string) => string {
  const { t } = useTranslation();
  return (method) => t(`methods.${method.replace(/[^a-z0-9]+/gi, "_")}`, { defaultValue: method });
}

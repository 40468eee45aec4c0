import type { Text } from "@qistas/api";

/** The words of `text` in `language`; failing that, in the first language it has; failing that, `fallback`. */
export function inLanguage(text: Text | null | undefined, language: string, fallback = ""): string {
  if (text === null || text === undefined || text === "") return fallback;
  if (typeof text === "string") return text;
  return text[language] || Object.values(text).find(Boolean) || fallback;
}

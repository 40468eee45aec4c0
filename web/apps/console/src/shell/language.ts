import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

export const languages = {
  en: { name: "English", dir: "ltr" },
  ar: { name: "العربية", dir: "rtl" },
} as const;
export type Language = keyof typeof languages;

const key = "qistas.language";
const files = import.meta.glob<{ default: object }>("../locales/*/*.json");

const resources: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = files[`../locales/${language}/${namespace}.json`];
    if (!load) return done(new Error(`no words for ${language}/${namespace}`), false);
    load().then(
      (words) => done(null, words.default as never),
      (error: Error) => done(error, false),
    );
  },
};

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && value in languages;
}

export function directionOf(language: string): "ltr" | "rtl" {
  return isLanguage(language) ? languages[language].dir : "ltr";
}

function firstLanguage(): Language {
  const kept = localStorage.getItem(key);
  if (isLanguage(kept)) return kept;
  const asked = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return asked ?? "en";
}

function apply(language: string): void {
  document.documentElement.lang = language;
  document.documentElement.dir = directionOf(language);
}

/** Load the words of the person's language; the page's direction follows it from then on. */
export async function startLanguage(): Promise<void> {
  const language = firstLanguage();
  i18next.on("languageChanged", apply);
  await i18next
    .use(resources)
    .use(initReactI18next)
    .init({
      lng: language,
      fallbackLng: false,
      supportedLngs: Object.keys(languages),
      ns: ["console"],
      defaultNS: "console",
      interpolation: { escapeValue: false },
      returnNull: false,
      saveMissing: true,
      missingKeyHandler: (_languages, namespace, missing, instead) => {
        // words asked for with others to fall back on may be missing; a bare key on the screen is a mistake
        if (instead === missing) console.warn(`no words for ${namespace}:${missing}`);
      },
    });
  apply(language);
}

export async function chooseLanguage(language: Language): Promise<void> {
  localStorage.setItem(key, language);
  await i18next.changeLanguage(language);
}

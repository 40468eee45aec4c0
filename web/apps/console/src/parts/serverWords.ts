import type { ApiProblem, Place } from "@qistas/api";
import i18next, { type TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import { takenApart } from "./serverSentences";

/** What is shown of what the server said. `exact`: its own English sentence, where it says more than the words do. */
export interface Told {
  words: string;
  exact?: string | undefined;
}

export interface ServerWords {
  problem: (problem: ApiProblem) => Told;
  /** `named`: the place is told in words, and is no path to be read letter by letter. */
  place: (place: Place) => { where: string; named: boolean; message: Told; remedy: string };
  refusal: (code: string, reason: string, remedy: string) => { message: Told; remedy: string };
  ended: (fault: string, detail: string) => Told;
  /** A sentence that the server keeps as it wrote it: a change of an ontology, a warning of agreement. */
  sentence: (sentence: string) => string;
  /** How a method of inference came to its answers. */
  explanation: (method: string, sentence: string) => Told;
}

/** The language that the server's own sentences are in. */
const own = "en";

/**
 * The server sends a stable code beside each sentence. Its sentence is what a reader of English sees; in another language
 * the code is looked up (locales/…/codes.json), and what has no code stays as the server said it.
 */
function wordsOf(t: TFunction<"codes">, language: string): ServerWords {
  const look = (key: string, params?: Record<string, string | number>): string | undefined => {
    const found = language === own ? "" : t(key as never, { ...params, defaultValue: "" } as never);
    return (found as string) || undefined;
  };
  const told = (key: string, sentence: string): Told => {
    const words = look(key);
    return words ? { words, exact: sentence || undefined } : { words: sentence };
  };
  return {
    problem: (problem) => told(`problems.${problem.code}`, problem.detail),
    place: ({ where, code, params, message, remedy }) => {
      const [, what, name] = /^(column|field) (.+)$/.exec(where) ?? [];
      const named = /^\w+$/.test(what ?? where)
        ? look(`places.${what ?? where}`, name ? { name } : {})
        : undefined;
      const words = code ? look(`faults.${code}.message`, params) : undefined;
      return {
        where: named ?? where,
        named: named !== undefined,
        message: { words: words ?? message },
        remedy: (words ? look(`faults.${code}.remedy`, params) : undefined) ?? remedy ?? "",
      };
    },
    refusal: (code, reason, remedy) => {
      const message = told(`refusals.${code}.reason`, reason);
      return { message, remedy: (message.exact ? look(`refusals.${code}.remedy`) : undefined) ?? remedy };
    },
    explanation: (method, sentence) => told(`explanations.${method.replace(/[^a-z0-9]+/gi, "_")}`, sentence),
    sentence: (sentence) => {
      const found = takenApart(sentence);
      if (!found) return sentence;
      const named = found.named.map((name) => {
        const each = name.split(", ").map((one) => look(`parts.${one}`) ?? one);
        return `\u2068${each.join(language === "ar" ? "، " : ", ")}\u2069`;
      });
      const params = Object.fromEntries(named.map((name, place) => ["abcd"[place], name]));
      return look(found.key, params) ?? sentence;
    },
    ended: (fault, detail) => (fault ? told(`ended.${fault}`, detail) : { words: detail }),
  };
}

/** The server's words in the reader's language; until their file is here, as the server said them. */
export function useServerWords(): ServerWords {
  const { t, i18n, ready } = useTranslation("codes", { useSuspense: false });
  return wordsOf(t, ready ? i18n.language : own);
}

/** The same outside of components. */
export async function serverWords(): Promise<ServerWords> {
  await i18next.loadNamespaces("codes");
  return wordsOf(i18next.getFixedT(null, "codes"), i18next.language);
}

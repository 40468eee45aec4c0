import { useDebouncedValue } from "@mantine/hooks";
import type { Ontology, Place } from "@qistas/api";
import { useCallback, useMemo, useState } from "react";
import { parseDocument, stringify } from "yaml";
import { useOntologyCheck } from "../../data/ontology";

export interface Draft {
  /** The document as text (YAML; JSON is YAML too). */
  text: string;
  /** The document, when the text can be read. */
  document: Ontology | null;
  /** What is wrong, and where; the server's words when the text can be read. */
  places: Place[];
  /** True when the server has said yes to exactly this document. */
  ready: boolean;
  checking: boolean;
  writeText: (text: string) => void;
  writeDocument: (document: Ontology) => void;
}

export const writeYaml = (document: Ontology): string => stringify(document, { lineWidth: 100 });

export function readText(text: string): { document: Ontology | null; places: Place[] } {
  const parsed = parseDocument(text, { prettyErrors: true });
  if (parsed.errors.length)
    return {
      document: null,
      places: parsed.errors.map((error) => ({
        where: `line ${error.linePos?.[0].line ?? 1}`,
        message: error.message.split("\n")[0] ?? error.message,
      })),
    };
  const value: unknown = parsed.toJS();
  if (value === null || typeof value !== "object" || Array.isArray(value))
    return { document: null, places: [] };
  return { document: value as Ontology, places: [] };
}

/**
 * An ontology being written: text and document kept as one, checked by the server as it changes; or only shown to who may not
 * change it (`written` false).
 */
export function useDraft(start: string, onText?: (text: string) => void, written = true): Draft {
  const [text, setText] = useState(start);
  const { document, places: syntax } = useMemo(() => readText(text), [text]);
  const [settled] = useDebouncedValue(document, 400);
  const check = useOntologyCheck(written ? settled : null);

  const writeText = useCallback(
    (next: string) => {
      setText(next);
      onText?.(next);
    },
    [onText],
  );
  const writeDocument = useCallback((next: Ontology) => writeText(writeYaml(next)), [writeText]);

  const checked = settled === document && !check.isPlaceholderData && check.data !== undefined;
  return {
    text,
    document,
    places: document ? (check.data?.errors ?? []) : syntax,
    ready: checked && check.data?.ok === true,
    checking: document !== null && !checked && !check.isError,
    writeText,
    writeDocument,
  };
}

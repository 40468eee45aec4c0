import type { Look } from "@qistas/annotate-canvas";
import type { Label, Localised } from "@qistas/annotate-core";
import { useMemo } from "react";
import { shapeLooks, unknownLook } from "./looks";
import type { Labelled } from "./useShapes";

interface Spoken<Value> {
  readonly who: string;
  readonly value: Value | undefined;
}

type Title = (text: Localised | null | undefined, otherwise: string) => string;

/** Everyone's shapes at once, each with its label and who drew it; they are only shown. */
export function useEveryone<Value, Shape extends Labelled>(
  question: { labels: readonly Label[] },
  voices: readonly Spoken<Value>[],
  title: Title,
  shapesIn: (value: Value) => readonly Shape[],
) {
  return useMemo(() => {
    const looks = shapeLooks(question, title);
    const drawn = voices.flatMap(({ who, value }) =>
      (value === undefined ? [] : shapesIn(value)).map((shape) => {
        const look = looks.get(shape.label) ?? unknownLook;
        return { shape, look: { ...look, name: `${look.name} · ${who}` } };
      }),
    );
    const lookOf = (index: number): Look => drawn[index]?.look ?? unknownLook;
    const shown = {
      lookOf,
      selected: null,
      hidden: new Set<number>(),
      locked: new Set<number>(),
      suggested: [],
      suggestedLookOf: lookOf,
      pen: null,
      snap: false,
      readOnly: true,
    };
    return { shapes: drawn.map(({ shape }) => shape), shown };
  }, [question, voices, title, shapesIn]);
}

import type { Label, Value } from "@qistas/annotate-core";
import { useMemo, useState } from "react";
import { useRegionSlot } from "../../flow/annotate/task/regions";
import { useAnswerView, useTaskScope } from "../../flow/annotate/task/TaskScope";
import { shapeLooks, unknownLook } from "./looks";

export interface Labelled {
  readonly label: string;
}

interface Asked {
  readonly name: string;
  readonly labels: readonly Label[];
}

/** How an answer holds its shapes, and what is said of one that is chosen. */
interface Ways<Shape> {
  readonly shapesIn: (answer: Value | undefined) => readonly Shape[] | undefined;
  readonly answerOf: (shapes: readonly Shape[]) => Value;
  readonly chosen: (shape: Shape, nameOf: (label: string) => string) => string;
}

/** The shapes of the question at hand on one image: those of the answer, the one chosen, and how they are changed. */
export function useShapes<Question extends Asked, Shape extends Labelled>(
  questions: readonly Question[],
  { shapesIn, answerOf, chosen }: Ways<Shape>,
) {
  const scope = useTaskScope();
  const { state, regions, suggestion, readOnly, atHand, setAtHand, title, announce } = scope;
  const question = questions.find((one) => one.name === atHand) ?? (questions[0] as Question);
  const slot = useRegionSlot(regions, question.name);
  const { working } = useAnswerView(state);
  const [snap, setSnap] = useState(true);
  const looks = useMemo(() => shapeLooks(question, title), [question, title]);
  const nameOf = (label: string): string => looks.get(label)?.name ?? label;

  const given = working[question.name];
  const shapes = shapesIn(given) ?? none;
  const suggested = given === undefined ? (shapesIn(suggestion?.[question.name]) ?? none) : none;
  const at = slot.selected ? shapes.indexOf(slot.selected as Shape) : -1;
  const selected = at < 0 ? null : at;
  const pen = slot.pen ?? (question.labels.length === 1 ? (question.labels[0]?.name ?? null) : null);
  const indices = (set: ReadonlySet<object>): ReadonlySet<number> =>
    set.size === 0 ? noIndices : new Set(shapes.flatMap((one, index) => (set.has(one) ? [index] : [])));
  const lookOf = (of: readonly Shape[]) => (index: number) =>
    looks.get(of[index]?.label ?? "") ?? unknownLook;
  const put = (next: readonly Shape[], merge?: string): void =>
    state.set(question.name, answerOf(next), merge === undefined ? {} : { merge });

  return {
    scope,
    question,
    slot,
    shapes,
    selected,
    pen,
    setSnap,
    nameOf,
    /** What every surface is shown, whatever its shapes. */
    shown: {
      lookOf: lookOf(shapes),
      selected,
      hidden: indices(slot.hidden),
      locked: indices(slot.locked),
      suggested,
      suggestedLookOf: lookOf(suggested),
      pen: pen === null ? null : (looks.get(pen) ?? unknownLook),
      snap,
      readOnly,
    },
    tell: (shape: Shape): void => announce(chosen(shape, nameOf)),
    choose: (shape: Shape | undefined): void => {
      regions.change(question.name, { selected: shape ?? null });
      if (shape) announce(chosen(shape, nameOf));
      setAtHand(question.name);
    },
    add: (shape: Shape): void => {
      put([...shapes, shape]);
      regions.change(question.name, { selected: shape });
      setAtHand(question.name);
    },
    replace: (index: number, next: Shape, merge?: string): void => {
      const before = shapes[index];
      if (!before || readOnly) return;
      regions.replace(question.name, before, next);
      put(shapes.with(index, next), merge);
    },
    remove: (index: number): void => {
      put(shapes.toSpliced(index, 1));
      regions.change(question.name, { selected: null });
    },
  };
}

export type Shapes<Shape extends Labelled> = ReturnType<typeof useShapes<Asked, Shape>>;

const none: readonly never[] = [];
const noIndices: ReadonlySet<number> = new Set();

import { ApiProblem } from "@qistas/api";
import i18next from "i18next";
import type { ReactNode } from "react";
import { ring } from "./ring";
import { serverWords } from "./serverWords";

export interface Question {
  title: string;
  words: ReactNode;
  yes: string;
  act: () => void;
}

export interface Told {
  key: number;
  words: string;
  more?: string | undefined;
  bad?: boolean | undefined;
  undo?: (() => void) | undefined;
}

/** The question that waits for its answer, if any. */
export const asked = ring<Question | null>(null);

/** What was said lately. */
export const told = ring<Told[]>([]);

/** Ask before something that cannot be taken back. */
export function ask(title: string, words: ReactNode, yes: string, act: () => void): void {
  asked.set({ title, words, yes, act });
}

let lastKey = 0;

function tell(message: Omit<Told, "key">, seconds: number): void {
  lastKey += 1;
  const key = lastKey;
  told.set([...told.get().slice(-3), { ...message, key }]);
  setTimeout(() => forget(key), seconds * 1000);
}

export const forget = (key: number) => told.set(told.get().filter((each) => each.key !== key));

/** Say that something was done; with `undo`, offer to take it back. */
export const say = (words: string, undo?: () => void): void => tell({ words, undo }, undo ? 8 : 4);

/** Say that something failed, and why. */
export function sayProblem(error: unknown): void {
  const problem = error instanceof ApiProblem ? error : undefined;
  if (!problem || problem.code === "network") {
    tell({ words: i18next.t(problem ? "problem.network" : "problem.unknown"), bad: true }, 12);
    return;
  }
  void serverWords().then((server) => {
    const told = server.problem(problem);
    const places = problem.places
      .slice(0, 4)
      .map((place) => server.place(place))
      .map(({ where, named, message }) => `${where}${named ? ":" : ""} ${message.words}`);
    const more = places.join("\n") || undefined;
    tell({ words: told.words || i18next.t("problem.unknown"), more, bad: true }, 12);
  });
}

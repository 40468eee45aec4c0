import type { Said } from "../../data/quality";
import { sameForm } from "./valueInWords";

type Judged = Pick<Said, "annotations" | "consensus">;

/** True when an answer says what the consensus says, wherever there is one. */
export function agrees({ annotations, consensus }: Judged, place: number): boolean {
  const answer = annotations[place]?.answer;
  return (
    answer !== undefined &&
    consensus.length > 0 &&
    consensus.every((each) => sameForm(answer[each.question]) === sameForm(each.value))
  );
}

/** The answer to look at first: nearest to the consensus, then the one most others share; never a dissenter by chance. */
export function nearest({ annotations, consensus }: Judged): number {
  const questions = new Set(annotations.flatMap((annotation) => Object.keys(annotation.answer)));
  let best = { place: 0, matches: -1, shared: -1 };
  for (const [place, { answer }] of annotations.entries()) {
    const matches = consensus.filter(
      (each) => sameForm(answer[each.question]) === sameForm(each.value),
    ).length;
    let shared = 0;
    for (const question of questions) {
      const form = sameForm(answer[question]);
      shared += annotations.filter((other) => sameForm(other.answer[question]) === form).length;
    }
    if (matches > best.matches || (matches === best.matches && shared > best.shared))
      best = { place, matches, shared };
  }
  return best.place;
}

/**
 * Where Arabic prefixes written onto a word may be cut off it: و ف, then ب ك ل س, then ال (or the لل that ل and ال
 * become). The letters alone cannot tell a prefix from the word's own first letter, so these are offers to a
 * person, never made unasked. UTF-16 offsets inside `word`, ascending; marks stay with the letter they sit on.
 */
export function prefixCuts(word: string): readonly number[] {
  const letters = lettersOf(word);
  const cuts: number[] = [];
  let at = 0;
  const base = (index: number) => letters[index]?.base;
  const cutAfter = (count: number) => {
    const next = letters[at + count];
    if (next === undefined || letters.length - (at + count) < 2) return false;
    cuts.push(next.start);
    at += count;
    return true;
  };
  if (isOneOf(base(at), "وف") && !cutAfter(1)) return cuts;
  if (base(at) === "ل" && base(at + 1) === "ل") {
    if (cutAfter(1)) cutAfter(1);
    return cuts;
  }
  if (isOneOf(base(at), "بكلس") && !cutAfter(1)) return cuts;
  if (isOneOf(base(at), "اٱ") && base(at + 1) === "ل") cutAfter(2);
  return cuts;
}

interface Letter {
  readonly base: string;
  readonly start: number;
}

/** Letters with the marks that follow them; tatweel lengthens the letter before it. */
function lettersOf(word: string): Letter[] {
  const letters: Letter[] = [];
  let at = 0;
  for (const character of word) {
    if (letters.length === 0 || !/[\p{M}\u0640]/u.test(character))
      letters.push({ base: character, start: at });
    at += character.length;
  }
  return letters;
}

function isOneOf(letter: string | undefined, set: string): boolean {
  return letter !== undefined && set.includes(letter);
}

/** The first letters of a name; of one whose letters join, the first alone: two would read as a word. */
export function initials(name: string): string {
  const letters = name
    .trim()
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => [...part][0] ?? "");
  return /[\p{Script=Arabic}\p{Script=Syriac}]/u.test(letters[0] ?? "")
    ? (letters[0] ?? "")
    : letters.join("");
}

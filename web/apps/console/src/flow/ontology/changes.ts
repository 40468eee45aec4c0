/** A change the server lists, in words, whatever its shape. */
export function changeInWords(change: unknown): string {
  if (typeof change === "string") return change;
  if (change !== null && typeof change === "object") {
    const { where, message, change: what } = change as Record<string, unknown>;
    return [where, message ?? what].filter((part) => typeof part === "string" && part).join(": ");
  }
  return String(change);
}

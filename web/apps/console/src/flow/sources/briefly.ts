/** Any value in one short line. */
export function briefly(value: unknown, length = 120): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const line = text.replace(/\s+/g, " ").trim();
  const points = [...line.slice(0, length * 2)];
  return points.length > length ? `${points.slice(0, length).join("")}…` : line;
}

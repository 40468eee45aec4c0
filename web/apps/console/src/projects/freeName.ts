/** `name`, or the first of "name 2", "name 3" … that nothing has yet. */
export function freeName(name: string, taken: Iterable<string>): string {
  const known = new Set(taken);
  if (!known.has(name)) return name;
  let number = 2;
  while (known.has(`${name} ${number}`)) number++;
  return `${name} ${number}`;
}

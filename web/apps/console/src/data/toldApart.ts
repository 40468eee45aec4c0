export interface Named {
  id: string;
  name: string;
  email?: string | null;
}

/** A name for each person, by id. Who shares a name with another gets the address beside it, or the end of the id. */
export function toldApart(people: Iterable<Named>): Map<string, string> {
  const each = new Map([...people].map((person) => [person.id, person]));
  const times = new Map<string, number>();
  for (const { name } of each.values()) times.set(name, (times.get(name) ?? 0) + 1);
  return new Map(
    [...each.values()].map(({ id, name, email }) => [
      id,
      times.get(name) === 1 ? name : `${name} · ${email ?? id.slice(-4)}`,
    ]),
  );
}

/** What differs between two states of one record, by its own fields: all that is sent, so that what somebody else changed meanwhile stays. */
export function changed<T extends object>(before: T, after: T): Partial<T> {
  const keys = Object.keys(after) as (keyof T)[];
  const different = keys.filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]));
  return Object.fromEntries(different.map((key) => [key, after[key]])) as Partial<T>;
}

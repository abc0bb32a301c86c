/** A record whose keys come from people: without a prototype, so that `constructor` is no key of it. */
export function dictionary<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  const record: Record<string, T> = Object.create(null);
  for (const [key, value] of entries) record[key] = value;
  return record;
}

/** Answers kept for questions that come again and again. */

/** Many more than playbooks, calendars and lists of leads ask: the bound is against a hostile caller. */
const MOST = 10_000;

/** The same function, which keeps its answers. For pure functions of a few keys. */
export function kept<K, V>(answer: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as V;
    const value = answer(key);
    if (known.size >= MOST) known.clear();
    known.set(key, value);
    return value;
  };
}

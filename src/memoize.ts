// Enough for the visitors of a minute.
const MOST_KEPT = 500

/** Keeps the result of `make` for each key. At 500 keys it forgets all of them. A result of `undefined` is made again each time. The caller limits how long a key may be. */
export function memoize<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const kept = new Map<Key, Made>()
  return (key) => {
    const found = kept.get(key)
    if (found !== undefined) return found
    const made = make(key)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, made)
    return made
  }
}

// A few hundred hold what the visitors of a minute ask for. Names of any length are for the caller to limit.
const MOST_KEPT = 500

/** Keeps what `make` returns for each name, up to 500 names: then all are forgotten. `undefined` is not kept. */
export function keepLatest<Name, Made>(make: (name: Name) => Made): (name: Name) => Made {
  const kept = new Map<Name, Made>()
  return (name) => {
    const found = kept.get(name)
    if (found !== undefined) return found
    const made = make(name)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(name, made)
    return made
  }
}

// A few hundred hold what the visitors of a minute ask for, and no visitor can fill the memory.
const MOST_KEPT = 500

/** What `make` has made of the same name before, as long as it is one of the latest. */
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

type Name = string | number | null | undefined

// A few hundred hold what the visitors of a minute ask for, and no visitor can fill the memory.
const MOST_KEPT = 500

/** What `make` has made of the same names before, as long as it is one of the latest. */
export function keepLatest<Names extends Name[], Made>(
  make: (...names: Names) => Made,
): (...names: Names) => Made {
  const kept = new Map<Name, Made>()
  return (...names) => {
    // Joining a single name takes longer than the look-up.
    const name = names.length === 1 ? names[0] : names.join('\n')
    const found = kept.get(name)
    if (found !== undefined) return found
    const made = make(...names)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(name, made)
    return made
  }
}

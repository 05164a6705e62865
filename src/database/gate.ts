export type Gate = {
  pass: <T>(work: () => Promise<T>) => Promise<T>
  shut: () => Promise<() => void>
}

/** A gate that is always open, for an engine on which each transaction has a connection of its own. */
export const openGate: Gate = { pass: (work) => work(), shut: async () => () => {} }

/** Makes a gate: `pass` starts its work while nobody has it shut, `shut` takes it and returns the key. */
export function createGate(): Gate {
  let opening: Promise<void> | undefined

  // The work starts in the same turn in which the gate is seen open, so nobody can shut it between.
  const pass = async <T>(work: () => Promise<T>): Promise<T> => {
    while (opening) await opening
    return work()
  }

  const shut = async (): Promise<() => void> => {
    while (opening) await opening
    const { promise, resolve } = createOpening()
    opening = promise
    return () => {
      opening = undefined
      resolve()
    }
  }

  return { pass, shut }
}

function createOpening() {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

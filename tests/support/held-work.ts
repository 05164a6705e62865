/** Work that ends when told, and remembers in which order it was begun. */
export function heldWork() {
  const begun: string[] = []
  const endings: (() => void)[] = []
  const work = (name: string) => () =>
    new Promise<string>((resolve) => {
      begun.push(name)
      endings.push(() => resolve(name))
    })
  return { begun, work, endNext: () => endings.shift()?.() }
}

/** Lets whatever is ready go on. */
export const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Gives numbers from 0 up to 1, the same ones each time. */
export type Random = () => number

/** Random numbers that a failing test can be repeated with (the mulberry32 generator). */
export function seedRandom(seed: number): Random {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Lets others go first, up to three times: so that requests overtake each other. */
export async function waitForTurn(random: Random): Promise<void> {
  for (let turns = Math.floor(random() * 4); turns > 0; turns--) await null
}

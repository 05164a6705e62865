import { burnBcryptRounds } from './bcrypt.ts'
import type { StoredHash } from './hash-formats/stored-hash.ts'

/** What a refused comparison has spent so far: how often it hashed, and for how many milliseconds. */
export type SpentWork = { hash: StoredHash; times: number; milliseconds: number }

/**
 * Gives a function that spends what a refusal lacks of bcrypt's full cost. Without it an old, cheap
 * hash answers sooner than no hash at all, and so tells a stranger that the user exists.
 */
export function createMakeUp(cost: number): (spent: SpentWork) => Promise<void> {
  const full = 2 ** cost
  // PBKDF2 and scrypt are not counted in rounds: their time is converted at the speed that bcrypt last
  // showed, which is right on any machine and under any load. Before it has run, they count nothing.
  let roundsPerMillisecond = 0

  return async ({ hash, times, milliseconds }) => {
    if (hash.bcryptCost === cost) roundsPerMillisecond = (times * full) / milliseconds
    const rounds =
      hash.bcryptCost === null ? milliseconds * roundsPerMillisecond : times * 2 ** hash.bcryptCost
    await burnBcryptRounds(times * full - rounds)
  }
}

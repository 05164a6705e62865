import { burnBcryptRounds, hashWithBcryptSha256, makeDecoy } from './bcrypt.ts'
import { type HashClient, HashQueue } from './hash-queue.ts'
import { readStoredHash, type StoredHash } from './stored-hash.ts'

/** In UTF-8 after NFC: enough for any sentence, and soon digested. */
export const MAX_PASSWORD_BYTES = 1024

// NFC turns at most three units into two bytes, and takes time that grows with the square of a run of marks:
// a quarter of a second for the longest body. What is longer than this stays too long.
const LONGEST_COMPOSED = 2 * MAX_PASSWORD_BYTES

/** Composes what was typed (NFC, NIST SP 800-63B-4 section 3.1.1.2): é typed in two strokes is the é typed in one. */
export function composePassword(typed: string): string {
  return typed.length > LONGEST_COMPOSED ? typed : typed.normalize('NFC')
}

/** Whether a composed password is longer than any that can be set. */
export function isPasswordTooLong(password: string): boolean {
  return Buffer.byteLength(password) > MAX_PASSWORD_BYTES
}

/** A hash that needs a rehash matched, but in an older format or at another cost than new ones get. */
type PasswordCheck = { readonly matches: boolean; readonly needsRehash: boolean }

/** Both throw Overloaded. */
export type Passwords = {
  /** Throws a RangeError past MAX_PASSWORD_BYTES: check the password first. */
  hash(password: string, client?: HashClient): Promise<string>
  /** For an unknown user with null, at the same cost. */
  verify(password: string, storedHash: string | null, client?: HashClient): Promise<PasswordCheck>
}

export function createPasswords(options: { cost: number; queue?: HashQueue }): Passwords {
  const { cost, queue = new HashQueue() } = options
  const compare = createComparison(cost)
  return {
    async hash(password, client) {
      const composed = composePassword(password)
      if (isPasswordTooLong(composed)) throw new RangeError('this password is too long to hash')
      return queue.run(() => hashWithBcryptSha256(composed, cost), client)
    },
    verify(password, storedHash, client) {
      return queue.run(() => compare(password, storedHash), client)
    },
  }
}

function createComparison(cost: number) {
  const decoy = makeDecoy(cost)
  const spendRest = createSpender(cost)
  const isCurrent = (hash: StoredHash) => hash.isOurs && hash.bcryptCost === cost

  async function compare(hash: StoredHash, spellings: string[]): Promise<PasswordCheck> {
    const started = performance.now()
    for (const spelling of spellings) {
      if (!(await hash.matches(spelling))) continue
      return { matches: true, needsRehash: !isCurrent(hash) || spelling !== spellings[0] }
    }
    const milliseconds = performance.now() - started
    await spendRest({ hash, times: spellings.length, milliseconds })
    return { matches: false, needsRehash: false }
  }

  return (password: string, storedHash: string | null): Promise<PasswordCheck> => {
    const composed = composePassword(password)
    // Longer than any that can be set. A full hash is spent all the same, so that the time tells nothing.
    if (isPasswordTooLong(composed)) return compare(decoy, [''])
    const hash = storedHash === null ? null : readStoredHash(storedHash)
    return compare(hash ?? decoy, spell(password, composed))
  }
}

// Composed, as we hash it; where that differs, also as typed, as other programs hashed it. An unknown user
// gets as many tries: the time depends on what was typed, not on what is stored.
function spell(password: string, composed: string): string[] {
  return password === composed ? [composed] : [composed, password]
}

/** What a refused comparison has spent so far: how often it hashed, and for how many milliseconds. */
type SpentWork = { hash: StoredHash; times: number; milliseconds: number }

// Spends what a refusal lacks of bcrypt's full cost. Without it an old, cheap hash answers sooner than no
// hash at all, and so tells a stranger that the user exists.
function createSpender(cost: number): (spent: SpentWork) => Promise<void> {
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

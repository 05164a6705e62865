import { bcryptDigest, LOWEST_BCRYPT_COST } from '../bcrypt.ts'
import { isSameSecret } from './same-secret.ts'
import type { StoredHash } from './stored-hash.ts'

const PLAIN_BCRYPT = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/
// At 15, one hash takes seconds; at 31, which the format allows, days.
const HIGHEST_COST = 15

/** Reads bcrypt's own format. The letters a, b and y mark repaired bugs; all three mean the same to a sound bcrypt. */
export function readPlainBcryptHash(stored: string): StoredHash | null {
  return readBcryptOf((password) => password, stored)
}

/** Reads bcrypt's format, of what some other program makes of the password first. */
export function readBcryptOf(
  prepare: (password: string) => string,
  stored: string,
): StoredHash | null {
  const [, cost = '', salt = '', digest = ''] = PLAIN_BCRYPT.exec(stored) ?? []
  const bcryptCost = Number(cost)
  if (!isReasonableCost(bcryptCost)) return null
  return {
    isOurs: false,
    bcryptCost,
    matches: async (password) =>
      isSameSecret(await bcryptDigest(prepare(password), bcryptCost, salt), digest),
  }
}

/** Tells whether bcrypt can do this cost, and in a time that users would wait. */
export function isReasonableCost(cost: number): boolean {
  return cost >= LOWEST_BCRYPT_COST && cost <= HIGHEST_COST
}

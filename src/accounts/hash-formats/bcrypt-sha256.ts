import { createHmac } from 'node:crypto'
import { bcryptDigest, makeBcryptSalt } from '../bcrypt.ts'
import { isReasonableCost } from './plain-bcrypt.ts'
import { isSameSecret } from './same-secret.ts'
import type { StoredHash } from './stored-hash.ts'

const BCRYPT_SHA256 =
  /^\$bcrypt-sha256\$v=2,t=2b,r=(\d{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})$/

/** Hashes a password with bcrypt at 2^cost rounds, in version 2 of passlib's bcrypt_sha256 format. */
export async function hashWithBcryptSha256(password: string, cost: number): Promise<string> {
  const salt = makeBcryptSalt()
  const digest = await digestPassword(password, cost, salt)
  return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${digest}`
}

/** Makes a stand-in for the hash of an unknown user: as much work at 2^cost rounds, and nothing matches it. */
export function makeDecoy(cost: number): StoredHash {
  const salt = makeBcryptSalt()
  return {
    isOurs: true,
    bcryptCost: cost,
    async matches(password) {
      await digestPassword(password, cost, salt)
      return false
    },
  }
}

/** Reads version 2 of passlib's bcrypt_sha256 format. */
export function readBcryptSha256Hash(stored: string): StoredHash | null {
  const [, cost = '', salt = '', digest = ''] = BCRYPT_SHA256.exec(stored) ?? []
  const bcryptCost = Number(cost)
  if (!isReasonableCost(bcryptCost)) return null
  return {
    isOurs: true,
    bcryptCost,
    matches: async (password) =>
      isSameSecret(await digestPassword(password, bcryptCost, salt), digest),
  }
}

// bcrypt ignores what follows byte 72 or a NUL: 44 characters of base64 carry all of any password.
// Keyed with the salt, so that a list of stolen SHA-256 hashes cannot be tried against ours.
function digestPassword(password: string, cost: number, salt: string): Promise<string> {
  const key = createHmac('sha256', salt).update(password).digest('base64')
  return bcryptDigest(key, cost, salt)
}

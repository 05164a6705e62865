import { createHmac, timingSafeEqual } from 'node:crypto'
import bcrypt from 'bcrypt'
import type { StoredHash } from './stored-hash.ts'

const LOWEST_COST = 4
// At 15, one hash takes seconds; at 31, which the format allows, days.
const HIGHEST_COST = 15
const HEADER_LENGTH = '$2b$12$'.length
const SALT_LENGTH = 22
const DIGEST_LENGTH = 31

/** What a stored hash of bcrypt says: 22 and 31 characters of bcrypt's own alphabet. */
export type BcryptParts = { cost: number; salt: string; digest: string }

/** Hashes at 2^cost rounds, in version 2 of passlib's bcrypt_sha256 format. */
export async function hashWithBcryptSha256(password: string, cost: number): Promise<string> {
  const salt = makeSalt()
  const digest = await bcryptDigest(sign(password, salt), cost, salt)
  return `$bcrypt-sha256$v=2,t=2b,r=${cost}$${salt}$${digest}`
}

/** Null at a cost that bcrypt cannot do, or not in a time that users would wait. */
export function ourHash(parts: BcryptParts): StoredHash | null {
  const hash = bcryptHash(parts, (password) => sign(password, parts.salt))
  return hash && { ...hash, isOurs: true }
}

/** The same for bcrypt of what `prepare` makes of the password. */
export function bcryptHash(
  { cost, salt, digest }: BcryptParts,
  prepare = (password: string) => password,
): StoredHash | null {
  if (cost < LOWEST_COST || cost > HIGHEST_COST) return null
  const expected = Buffer.from(digest)
  const matches = async (password: string) =>
    timingSafeEqual(Buffer.from(await bcryptDigest(prepare(password), cost, salt)), expected)
  return { isOurs: false, bcryptCost: cost, matches }
}

/** Stands in for the hash of an unknown user: the same work at 2^cost rounds, and nothing matches it. */
export function makeDecoy(cost: number): StoredHash {
  // bcrypt's alphabet has no *.
  const decoy = ourHash({ cost, salt: makeSalt(), digest: '*'.repeat(DIGEST_LENGTH) })
  if (!decoy) throw new RangeError(`bcrypt cannot be used at cost ${cost}`)
  return decoy
}

/** Spends so many bcrypt rounds, to the nearest that bcrypt can do, and keeps nothing. */
export async function burnBcryptRounds(rounds: number): Promise<void> {
  let left = rounds
  for (let cost = Math.floor(Math.log2(left)); cost >= LOWEST_COST; cost--) {
    while (left >= 2 ** cost) {
      await bcryptDigest('', cost, makeSalt())
      left -= 2 ** cost
    }
  }
}

function makeSalt(): string {
  return bcrypt.genSaltSync(LOWEST_COST).slice(HEADER_LENGTH)
}

// bcrypt ignores what follows byte 72 or a NUL: 44 characters of base64 carry all of any password.
// Keyed with the salt, so that a list of stolen SHA-256 hashes cannot be tried against ours.
function sign(password: string, salt: string): string {
  return createHmac('sha256', salt).update(password).digest('base64')
}

async function bcryptDigest(key: string, cost: number, salt: string): Promise<string> {
  const header = `$2b$${String(cost).padStart(2, '0')}$`
  const hash = await bcrypt.hash(Buffer.from(key), header + salt)
  return hash.slice(HEADER_LENGTH + SALT_LENGTH)
}

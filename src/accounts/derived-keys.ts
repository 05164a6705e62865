import { createHmac, pbkdf2, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { StoredHash } from './stored-hash.ts'

const pbkdf2Async = promisify(pbkdf2)
const scryptAsync = promisify<string, string | Buffer, number, ScryptOptions, Buffer>(scrypt)

// A stored hash says itself how much work it asks for. Past these bounds a row that an import
// brought in would hold a place in the hash queue for seconds, or ask for gigabytes.
const MOST_ITERATIONS = 3_000_000
const MOST_SCRYPT_MEMORY = 128 * 1024 ** 2
const MOST_SCRYPT_WORK = 4 * 1024 ** 2

const DIGEST_BYTES = new Map([
  ['sha1', 20],
  ['sha224', 28],
  ['sha256', 32],
  ['sha384', 48],
  ['sha512', 64],
])
const SCRYPT_BYTES = 64

type Salted = { salt: string | Buffer; key: Buffer }
type Pbkdf2 = Salted & { digest: string; iterations: number }
type Scrypt = Salted & { N: number; r: number; p: number }

/** Null if its numbers are not reasonable or its key is cut short. */
export function pbkdf2Hash({ digest, iterations, salt, key }: Pbkdf2): StoredHash | null {
  if (iterations < 1 || iterations > MOST_ITERATIONS) return null
  if (key.length !== DIGEST_BYTES.get(digest)) return null
  return derivedKeyHash(key, (password) =>
    pbkdf2Async(password, salt, iterations, key.length, digest),
  )
}

/** Null if its numbers are not reasonable or its key is cut short. */
export function scryptHash({ N, r, p, salt, key }: Scrypt): StoredHash | null {
  if (!isReasonableScrypt(N, r, p) || key.length !== SCRYPT_BYTES) return null
  // Node refuses to take more than 32 MiB unless told, and counts some overhead on top of N and r.
  const options = { N, r, p, maxmem: 2 * MOST_SCRYPT_MEMORY }
  return derivedKeyHash(key, (password) => scryptAsync(password, salt, key.length, options))
}

/** One HMAC and no more: old Werkzeug's. Null if its key is cut short. */
export function hmacHash({ digest, salt, key }: Salted & { digest: string }): StoredHash | null {
  if (key.length !== DIGEST_BYTES.get(digest)) return null
  return derivedKeyHash(key, async (password) => createHmac(digest, salt).update(password).digest())
}

function isReasonableScrypt(N: number, r: number, p: number): boolean {
  const isPowerOfTwo = N > 1 && Number.isInteger(Math.log2(N))
  return (
    isPowerOfTwo &&
    r >= 1 &&
    p >= 1 &&
    128 * N * r <= MOST_SCRYPT_MEMORY &&
    N * r * p <= MOST_SCRYPT_WORK
  )
}

function derivedKeyHash(key: Buffer, derive: (password: string) => Promise<Buffer>): StoredHash {
  return {
    isOurs: false,
    bcryptCost: null,
    matches: async (password) => timingSafeEqual(await derive(password), key),
  }
}

import { createHash, createHmac } from 'node:crypto'
import { type BcryptParts, bcryptHash, ourHash } from './bcrypt.ts'
import { hmacHash, pbkdf2Hash, scryptHash } from './derived-keys.ts'

/** A hash from the database whose format and numbers were understood. */
export type StoredHash = {
  /** Whether this is the format that new hashes are written in. */
  readonly isOurs: boolean
  /** Null where the work is not bcrypt's. */
  readonly bcryptCost: number | null
  /** Compares exactly these characters. Other Unicode forms of a password are for the caller to try. */
  matches(password: string): Promise<boolean>
}

/** Null for a format that is not known and for an unreasonable amount of work. Never throws. */
export function readStoredHash(stored: string): StoredHash | null {
  for (const [pattern, read] of FORMATS) {
    const parts = pattern.exec(stored)?.groups
    if (parts) return read(parts)
  }
  return null
}

/** What another program did to a password before bcrypt. Its hashes do not show it. */
export type Preparation = { by: 'flask-bcrypt' } | { by: 'flask-security'; salt: string }

/** Marks a bcrypt hash with what was done to the password before. Null for Flask-Security's PBKDF2, which is not read here. */
export function markPreparedHash(hash: string, preparation: Preparation): string | null {
  if (preparation.by === 'flask-security') {
    const pepper = Buffer.from(preparation.salt).toString('base64url')
    if (PLAIN_BCRYPT.test(hash)) return `flask_security$${pepper}$${hash}`
    return mayBePrepared(hash) ? null : hash
  }
  // Django does the same as Flask-Bcrypt, and says so.
  return PLAIN_BCRYPT.test(hash) ? `bcrypt_sha256$${hash}` : hash
}

/** Whether the hash may be of something that was made of the password, and not of the password itself. */
export function mayBePrepared(hash: string): boolean {
  return PLAIN_BCRYPT.test(hash) || hash.startsWith('$pbkdf2')
}

const PLAIN_BCRYPT = /^\$2[aby]\$/

type Parts = Record<string, string>

const FORMATS: [RegExp, (parts: Parts) => StoredHash | null][] = [
  // bcrypt itself, behind "bcrypt$" Django's. The letters a, b and y mark repaired bugs; all three mean
  // the same to a sound bcrypt.
  [
    /^(?:bcrypt\$)?\$2[aby]\$(?<cost>\d\d)\$(?<salt>[./A-Za-z0-9]{22})(?<digest>[./A-Za-z0-9]{31})$/,
    (parts) => bcryptHash(bcryptParts(parts)),
  ],
  [
    /^bcrypt_sha256\$\$2[aby]\$(?<cost>\d\d)\$(?<salt>[./A-Za-z0-9]{22})(?<digest>[./A-Za-z0-9]{31})$/,
    (parts) => bcryptHash(bcryptParts(parts), (password) => sha256(password, 'hex')),
  ],
  [
    /^flask_security\$(?<pepper>[\w-]{1,1366})\$\$2[aby]\$(?<cost>\d\d)\$(?<salt>[./A-Za-z0-9]{22})(?<digest>[./A-Za-z0-9]{31})$/,
    readFlaskSecurity,
  ],
  // passlib's bcrypt_sha256, version 2 and, before 1.7.3, version 1.
  [
    /^\$bcrypt-sha256\$v=2,t=2b,r=(?<cost>\d{1,2})\$(?<salt>[./A-Za-z0-9]{22})\$(?<digest>[./A-Za-z0-9]{31})$/,
    (parts) => ourHash(bcryptParts(parts)),
  ],
  [
    /^\$bcrypt-sha256\$2[ab],(?<cost>\d{1,2})\$(?<salt>[./A-Za-z0-9]{22})\$(?<digest>[./A-Za-z0-9]{31})$/,
    (parts) => bcryptHash(bcryptParts(parts), (password) => sha256(password, 'base64')),
  ],
  // PBKDF2: Werkzeug's, Django's and passlib's.
  [
    /^pbkdf2:(?<digest>\w{1,8}):(?<iterations>\d{1,8})\$(?<salt>[^$]{1,128})\$(?<hex>[0-9a-f]+)$/,
    readPbkdf2,
  ],
  [
    /^pbkdf2_(?<digest>sha1|sha256)\$(?<iterations>\d{1,8})\$(?<salt>[^$]{1,128})\$(?<base64>[A-Za-z0-9+/]+={0,2})$/,
    readPbkdf2,
  ],
  [
    /^\$pbkdf2(?:-(?<digest>sha256|sha512))?\$(?<iterations>\d{1,8})\$(?<salt>[A-Za-z0-9./]{1,172})\$(?<base64>[A-Za-z0-9./]+)$/,
    readPasslibPbkdf2,
  ],
  // scrypt: Werkzeug's and Django's.
  [
    /^scrypt:(?<N>\d{1,8}):(?<r>\d{1,3}):(?<p>\d{1,3})\$(?<salt>[^$]{1,128})\$(?<hex>[0-9a-f]+)$/,
    readScrypt,
  ],
  [
    /^scrypt\$(?<N>\d{1,8})\$(?<salt>[^$]{1,128})\$(?<r>\d{1,3})\$(?<p>\d{1,3})\$(?<base64>[A-Za-z0-9+/]+={0,2})$/,
    readScrypt,
  ],
  // Werkzeug before version 3. Not md5 and sha1, which mean something else to Django.
  [/^(?<digest>sha256|sha512)\$(?<salt>[^$]{1,128})\$(?<hex>[0-9a-f]+)$/, readHmac],
]

function bcryptParts({ cost, salt = '', digest = '' }: Parts): BcryptParts {
  return { cost: Number(cost), salt, digest }
}

function readPbkdf2({ digest = '', iterations, salt = '', ...key }: Parts): StoredHash | null {
  return pbkdf2Hash({ digest, iterations: Number(iterations), salt, key: keyOf(key) })
}

function readPasslibPbkdf2({ digest, iterations, salt, base64 }: Parts): StoredHash | null {
  const [saltBytes, key] = [fromAb64(salt), fromAb64(base64)]
  return pbkdf2Hash({
    digest: digest ?? 'sha1',
    iterations: Number(iterations),
    salt: saltBytes,
    key,
  })
}

function readScrypt({ N, r, p, salt = '', ...key }: Parts): StoredHash | null {
  return scryptHash({ N: Number(N), r: Number(r), p: Number(p), salt, key: keyOf(key) })
}

function readHmac({ digest = '', salt = '', ...key }: Parts): StoredHash | null {
  return hmacHash({ digest, salt, key: keyOf(key) })
}

// Flask-Security composes passwords by NFKD since version 4.
function readFlaskSecurity({ pepper = '', ...parts }: Parts): StoredHash | null {
  const key = Buffer.from(pepper, 'base64url')
  return bcryptHash(bcryptParts(parts), (password) =>
    createHmac('sha512', key).update(password.normalize('NFKD')).digest('base64'),
  )
}

function keyOf({ hex, base64 = '' }: Parts): Buffer {
  return hex === undefined ? Buffer.from(base64, 'base64') : Buffer.from(hex, 'hex')
}

function fromAb64(text = ''): Buffer {
  return Buffer.from(text.replaceAll('.', '+'), 'base64')
}

function sha256(password: string, encoding: 'hex' | 'base64'): string {
  return createHash('sha256').update(password).digest(encoding)
}

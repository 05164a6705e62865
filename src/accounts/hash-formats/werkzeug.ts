import { pbkdf2Hash, scryptHash } from './derived-key.ts'
import type { StoredHash } from './stored-hash.ts'

const SCRYPT = /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3})\$([^$]{1,128})\$([0-9a-f]+)$/
const PBKDF2 = /^pbkdf2:(\w{1,8}):(\d{1,8})\$([^$]{1,128})\$([0-9a-f]+)$/

/** Reads what Werkzeug's generate_password_hash writes: `scrypt:N:r:p$salt$hex` and `pbkdf2:digest:iterations$salt$hex`. */
export function readWerkzeugHash(stored: string): StoredHash | null {
  return readScrypt(stored) ?? readPbkdf2(stored)
}

function readScrypt(stored: string): StoredHash | null {
  const [, N = '', r = '', p = '', salt = '', hex = ''] = SCRYPT.exec(stored) ?? []
  const numbers = { N: Number(N), r: Number(r), p: Number(p) }
  return scryptHash({ ...numbers, salt, key: Buffer.from(hex, 'hex') })
}

function readPbkdf2(stored: string): StoredHash | null {
  const [, digest = '', iterations = '', salt = '', hex = ''] = PBKDF2.exec(stored) ?? []
  const key = Buffer.from(hex, 'hex')
  return pbkdf2Hash({ digest, iterations: Number(iterations), salt, key })
}

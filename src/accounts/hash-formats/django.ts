import { createHash } from 'node:crypto'
import { pbkdf2Hash, scryptHash } from './derived-key.ts'
import { readBcryptOf, readPlainBcryptHash } from './plain-bcrypt.ts'
import type { StoredHash } from './stored-hash.ts'

const PBKDF2 = /^pbkdf2_(sha1|sha256)\$(\d{1,8})\$([^$]{1,128})\$([A-Za-z0-9+/]+={0,2})$/
const SCRYPT = /^scrypt\$(\d{1,8})\$([^$]{1,128})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]+={0,2})$/
const BCRYPT_SHA256_NAME = 'bcrypt_sha256$'
const BCRYPT_NAME = 'bcrypt$'

/** Reads what Django's PBKDF2, scrypt and bcrypt hashers write, each begun with the hasher's name and a dollar sign. */
export function readDjangoHash(stored: string): StoredHash | null {
  return readPbkdf2(stored) ?? readScrypt(stored) ?? readBcrypt(stored)
}

function readPbkdf2(stored: string): StoredHash | null {
  const [, digest = '', iterations = '', salt = '', base64 = ''] = PBKDF2.exec(stored) ?? []
  const key = Buffer.from(base64, 'base64')
  return pbkdf2Hash({ digest, iterations: Number(iterations), salt, key })
}

function readScrypt(stored: string): StoredHash | null {
  const [, N = '', salt = '', r = '', p = '', base64 = ''] = SCRYPT.exec(stored) ?? []
  const numbers = { N: Number(N), r: Number(r), p: Number(p) }
  return scryptHash({ ...numbers, salt, key: Buffer.from(base64, 'base64') })
}

function readBcrypt(stored: string): StoredHash | null {
  if (stored.startsWith(BCRYPT_NAME)) return readPlainBcryptHash(stored.slice(BCRYPT_NAME.length))
  if (!stored.startsWith(BCRYPT_SHA256_NAME)) return null
  return readBcryptOf(sha256Hex, stored.slice(BCRYPT_SHA256_NAME.length))
}

function sha256Hex(password: string): string {
  return createHash('sha256').update(password).digest('hex')
}

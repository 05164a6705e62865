import { readBcryptSha256Hash } from './bcrypt-sha256.ts'
import { readDjangoHash } from './django.ts'
import { readPlainBcryptHash } from './plain-bcrypt.ts'
import type { StoredHash } from './stored-hash.ts'
import { readWerkzeugHash } from './werkzeug.ts'

const readers = [readBcryptSha256Hash, readWerkzeugHash, readDjangoHash, readPlainBcryptHash]

/** Gives what a stored hash says, or null if it is of no known format or asks for an unreasonable amount of work. Never throws. */
export function readStoredHash(stored: string): StoredHash | null {
  for (const read of readers) {
    const hash = read(stored)
    if (hash) return hash
  }
  return null
}

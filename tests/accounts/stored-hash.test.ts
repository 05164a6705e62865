import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../src/accounts/password-hash.ts'

// The lowest cost bcrypt knows: here the answers are tested, not the time.
const passwords = createPasswords({ cost: 4 })

const MATCHES = { matches: true, needsRehash: false }
const MATCHES_OLD = { matches: true, needsRehash: true }
const REFUSED = { matches: false, needsRehash: false }

type Vector = { call: string; name: string; password: string; hash: string }

const folder = new URL('./vectors/', import.meta.url)
const vectors = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): Vector[] => JSON.parse(readFileSync(new URL(file, folder), 'utf8')).vectors)

describe('verify', () => {
  test.each(vectors)('knows $name again from $call', async ({ password, hash: stored }) => {
    const isOurs = stored.startsWith('$bcrypt-sha256$v=2,')

    expect(await passwords.verify(password, stored)).toEqual(isOurs ? MATCHES : MATCHES_OLD)
    expect(await passwords.verify(`x${password}`, stored)).toEqual(REFUSED)
  })

  test.each([
    ['no hash', ''],
    ['an unusable Django password', '!kJ2ePVoFxQqKyGmLs8sXgMc0'],
    ['an old Werkzeug hash cut short', 'sha256$salt$f0e4c2f76c58916ec258f246851bea09'],
    ['a key cut short', 'pbkdf2:sha256:1000$salt$00'],
    ['no key', 'pbkdf2:sha256:1000$salt$'],
    ['no iterations', `pbkdf2:sha256:0$salt$${'0'.repeat(64)}`],
    ['a billion iterations', `pbkdf2_sha256$99999999$salt$${'A'.repeat(43)}=`],
    ['an unknown digest', `pbkdf2:md5:1000$salt$${'0'.repeat(32)}`],
    ['scrypt with an odd N', `scrypt:1000:8:1$salt$${'0'.repeat(128)}`],
    ['scrypt with no N', `scrypt:0:8:1$salt$${'0'.repeat(128)}`],
    ['scrypt with no lanes', `scrypt:1024:8:0$salt$${'0'.repeat(128)}`],
    ['scrypt for a gigabyte', `scrypt:1048576:4:1$salt$${'0'.repeat(128)}`],
    ['scrypt for an hour', `scrypt:16384:8:999$salt$${'0'.repeat(128)}`],
    ['bcrypt at cost 31', `$2b$31$${'.'.repeat(53)}`],
    ['bcrypt at cost 3', `$2b$03$${'.'.repeat(53)}`],
    ['bcrypt cut short', '$2b$12$........................'],
    ['our format at cost 31', `$bcrypt-sha256$v=2,t=2b,r=31$${'.'.repeat(22)}$${'.'.repeat(31)}`],
    ['our format, version 3', `$bcrypt-sha256$v=3,t=2b,r=4$${'.'.repeat(22)}$${'.'.repeat(31)}`],
    ["passlib's PBKDF2 for an hour", `$pbkdf2-sha256$99999999$salt$${'A'.repeat(43)}`],
    ["passlib's PBKDF2, its key cut short", '$pbkdf2-sha256$1000$salt$AA'],
    ['Django’s MD5, which old Werkzeug writes alike', 'md5$salt$67a1e09bb1f83f5007dc119c14d663aa'],
    ['argon2', '$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$WqPcsDk9P0s5Hb1nbR4rNw'],
    ['Flask-Security’s bcrypt at cost 31', `flask_security$cGVwcGVy$$2b$31$${'.'.repeat(53)}`],
    ['Flask-Bcrypt’s long password at cost 31', `bcrypt_sha256$$2b$31$${'.'.repeat(53)}`],
  ])('refuses %s in the database', async (_what, stored) => {
    expect(await passwords.verify('correct horse battery staple', stored)).toEqual(REFUSED)
  })

  test.each([
    ['scrypt, its key cut to one byte', 'scrypt:1024:8:1', (hash: string) => hash.slice(0, -126)],
    ['PBKDF2, its key cut to one byte', 'pbkdf2:sha256:1000', (hash: string) => hash.slice(0, -62)],
    ['scrypt in no lanes', 'scrypt:1024:8:1', (hash: string) => hash.replace(':1$', ':0$')],
    ['old Werkzeug, its key cut to one byte', 'sha256$', (hash: string) => hash.slice(0, -62)],
    ["bcrypt with PHP's old fault", '$2y$', (hash: string) => hash.replace('2y', '2x')],
  ])('does not take a right password for %s', async (_what, prefix, tamper) => {
    const vector = vectors.find(({ hash }) => hash.startsWith(prefix))

    const stored = tamper(vector?.hash ?? '')

    expect(stored).not.toBe(vector?.hash)
    expect(await passwords.verify(vector?.password ?? '', stored)).toEqual(REFUSED)
  })

  test('throws at no hash and no password whatever', async () => {
    const pieces = fc.constantFrom(
      ...['$', ':', ',', '=', '2b', 'scrypt', 'pbkdf2', 'sha256', 'pbkdf2_sha256', 'bcrypt'],
      ...['$bcrypt-sha256$v=2,t=2b,r=', 'bcrypt_sha256$$2b$', '$2y$04$', '0', '16', '-1', '1e3'],
      ...['.'.repeat(22), '.'.repeat(31), '0'.repeat(64), 'A'.repeat(88), '\0', '\n', '\ud800'],
    )
    const stored = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join('')),
      fc
        .tuple(fc.constantFrom(...vectors), fc.nat(120), fc.string({ maxLength: 3 }))
        .map(([{ hash }, at, noise]) => hash.slice(0, at) + noise + hash.slice(at + 1)),
    )

    await fc.assert(
      fc.asyncProperty(stored, fc.string({ unit: 'binary' }), async (storedHash, password) => {
        expect(await passwords.verify(password, storedHash)).toEqual(REFUSED)
      }),
      { numRuns: 300 },
    )
  })
})

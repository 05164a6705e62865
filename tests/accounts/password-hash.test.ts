import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createHashGate, isBusy } from '../../src/accounts/hash-gate.ts'
import { createPasswords } from '../../src/accounts/password-hash.ts'

// The lowest cost bcrypt knows: here the answers are tested, not the time.
const cost = 4
const passwords = createPasswords({ cost })

const MATCHES = { matches: true, needsRehash: false }
const MATCHES_OLD = { matches: true, needsRehash: true }
const REFUSED = { matches: false, needsRehash: false }

type Vector = { call: string; name: string; password: string; hash: string }

const folder = new URL('vectors/', import.meta.url)
const vectors = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .flatMap((file): Vector[] => JSON.parse(readFileSync(new URL(file, folder), 'utf8')).vectors)

async function hash(password: string): Promise<string> {
  const hashed = await passwords.hash(password)
  if (isBusy(hashed)) throw new Error('the gate is busy')
  return hashed
}

describe('hash', () => {
  test("writes version 2 of passlib's bcrypt_sha256, at the cost that was set", async () => {
    expect(await hash('correct horse battery staple')).toMatch(
      /^\$bcrypt-sha256\$v=2,t=2b,r=4\$[./A-Za-z0-9]{22}\$[./A-Za-z0-9]{31}$/,
    )
  })

  test('never writes the same hash twice', async () => {
    expect(await hash('correct horse battery staple')).not.toBe(
      await hash('correct horse battery staple'),
    )
  })

  test('throws on a password that no form should have let through', async () => {
    await expect(passwords.hash('é'.repeat(513))).rejects.toThrow(RangeError)
  })
})

describe('verify', () => {
  test.each([
    ['a sentence', 'correct horse battery staple'],
    ['outer spaces', '  correct horse battery  '],
    ['emoji', '🐎🔋📎'.repeat(5)],
    ['a NUL', 'before\0after the zero byte'],
    ['1,024 bytes', 'é'.repeat(512)],
  ])('knows a password of %s again', async (_kind, password) => {
    expect(await passwords.verify(password, await hash(password))).toEqual(MATCHES)
  })

  test.each([
    ['the end past byte 72', `${'a'.repeat(72)}x`, `${'a'.repeat(72)}y`],
    ['the last of 18 emoji', `${'🐎'.repeat(18)}🔋`, `${'🐎'.repeat(18)}📎`],
    ['what follows a NUL', 'before\0after one', 'before\0after two'],
    ['the case of a letter', 'correct horse battery', 'Correct horse battery'],
    ['an outer space', 'correct horse battery', 'correct horse battery '],
    ['a ligature', 'the file of the office', 'the ﬁle of the office'],
  ])('tells apart what differs only in %s', async (_part, one, other) => {
    expect(await passwords.verify(other, await hash(one))).toEqual(REFUSED)
  })

  test.each([
    ['composed', 'decomposed', 'NFC', 'NFD'],
    ['decomposed', 'composed', 'NFD', 'NFC'],
  ])('knows an é set %s and typed %s', async (_set, _typed, set, typed) => {
    const password = 'café crème brûlée'

    const hashed = await hash(password.normalize(set))

    expect(await passwords.verify(password.normalize(typed), hashed)).toEqual(MATCHES)
  })

  test('refuses every password of an unknown user', async () => {
    expect(await passwords.verify('correct horse battery staple', null)).toEqual(REFUSED)
    expect(await passwords.verify('', null)).toEqual(REFUSED)
  })

  test('refuses a password longer than any that can be set, even where another program took it', async () => {
    const stored =
      'pbkdf2:sha256:1000$salt$fc2f8323a6193357741f9ab7b879c74e3e21e91a8b63e611bb41dcf9f1863367'

    expect(await passwords.verify('x'.repeat(1025), stored)).toEqual(REFUSED)
    expect(await passwords.verify('x'.repeat(100_000), null)).toEqual(REFUSED)
  })

  test('asks for a rehash of a hash at another cost', async () => {
    const stored = await hash('correct horse battery staple')
    const dearer = createPasswords({ cost: 5 })

    expect(await dearer.verify('correct horse battery staple', stored)).toEqual(MATCHES_OLD)
  })

  test.each(vectors)('knows $name again from $call', async ({ password, hash: stored }) => {
    const isOurs = stored.startsWith('$bcrypt-sha256$')

    expect(await passwords.verify(password, stored)).toEqual(isOurs ? MATCHES : MATCHES_OLD)
    expect(await passwords.verify(`x${password}`, stored)).toEqual(REFUSED)
  })

  test('knows a decomposed é that another program hashed as it was typed', async () => {
    const typed = 'cafe\u0301'
    const stored =
      'pbkdf2:sha256:1000$salt$440ad62883e1036a2f63827e1a4b7bec478a5aa5563afe4ae95e8a5163c2f738'

    expect(await passwords.verify(typed, stored)).toEqual(MATCHES_OLD)
    expect(await passwords.verify('café', stored)).toEqual(REFUSED)
  })

  test('asks for a rehash of a decomposed é in our format, which only passlib would leave so', async () => {
    const typed = 'café crème brûlée'.normalize('NFD')
    const stored =
      '$bcrypt-sha256$v=2,t=2b,r=4$MKzflIqxSQH7pWvgvR3Lau$WS4S9waay7qVWr.j.MEKHY.PAMSo.m.'

    expect(await passwords.verify(typed, stored)).toEqual(MATCHES_OLD)
  })

  test.each([
    ['no hash', ''],
    ['an unusable Django password', '!kJ2ePVoFxQqKyGmLs8sXgMc0'],
    ['an old Werkzeug hash', 'sha256$salt$f0e4c2f76c58916ec258f246851bea09'],
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
    ['our format, version 1', `$bcrypt-sha256$2b,4$${'.'.repeat(22)}$${'.'.repeat(31)}`],
  ])('refuses %s in the database', async (_what, stored) => {
    expect(await passwords.verify('correct horse battery staple', stored)).toEqual(REFUSED)
  })

  test.each([
    ['scrypt, its key cut to one byte', 'scrypt:1024:8:1', (hash: string) => hash.slice(0, -126)],
    ['PBKDF2, its key cut to one byte', 'pbkdf2:sha256:1000', (hash: string) => hash.slice(0, -62)],
    ['scrypt in no lanes', 'scrypt:1024:8:1', (hash: string) => hash.replace(':1$', ':0$')],
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

  test('goes through the gate, as hashing does', async () => {
    const full = createPasswords({ cost, gate: createHashGate({ concurrency: 0, waiting: 0 }) })

    expect(isBusy(await full.verify('correct horse', null))).toBe(true)
    expect(isBusy(await full.hash('correct horse battery staple'))).toBe(true)
  })

  test('does nothing for a visitor who has hung up', async () => {
    expect(isBusy(await passwords.verify('any', null, AbortSignal.abort()))).toBe(true)
    expect(isBusy(await passwords.hash('any', AbortSignal.abort()))).toBe(true)
  })
})

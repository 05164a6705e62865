import { describe, expect, test } from 'vitest'
import { HashQueue, Overloaded } from '../../src/accounts/hash-queue.ts'
import { createPasswords } from '../../src/accounts/password-hash.ts'

// The lowest cost bcrypt knows: here the answers are tested, not the time.
const cost = 4
const passwords = createPasswords({ cost })

const MATCHES = { matches: true, needsRehash: false }
const MATCHES_OLD = { matches: true, needsRehash: true }
const REFUSED = { matches: false, needsRehash: false }

const hash = (password: string) => passwords.hash(password)

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

  test('goes through the queue, as hashing does', async () => {
    const full = createPasswords({ cost, queue: new HashQueue({ concurrency: 0, waiting: 0 }) })

    await expect(full.verify('correct horse', null)).rejects.toThrow(Overloaded)
    await expect(full.hash('correct horse battery staple')).rejects.toThrow(Overloaded)
  })

  test('does nothing for a client that has hung up, as hashing does', async () => {
    const client = { network: '', signal: AbortSignal.abort() }

    await expect(passwords.verify('any', null, client)).rejects.toBe(client.signal.reason)
    await expect(passwords.hash('any', client)).rejects.toBe(client.signal.reason)
  })
})

import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createPasswords } from '../../src/accounts/password-hash.ts'

// Dear enough that hashing is nearly all there is to measure, as it is at the default cost.
const passwords = createPasswords({ cost: 8 })
const PASSWORD = 'correct horse battery staple'

/** Gives the least milliseconds of each refusal: taken in turns, and least, a busy machine matters little. */
async function timeRefusals(cases: Map<string, () => Promise<unknown>>) {
  const taken = new Map([...cases.keys()].map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < 9; round++) {
    for (const [name, refuse] of cases) {
      const started = performance.now()
      await refuse()
      taken.get(name)?.push(performance.now() - started)
    }
  }
  return new Map([...taken].map(([name, times]) => [name, Math.min(...times)]))
}

const werkzeug = (n: number) => `scrypt:${n}:8:1$salt$${randomBytes(64).toString('hex')}`
const bcrypt = (cost: string) => `$2b$${cost}$${'.'.repeat(53)}`

describe('verify', () => {
  test('takes as long to refuse whatever is stored, or nothing is', {
    timeout: 60_000,
    // Others share this machine: what holds is seen to hold in one try out of four.
    retry: 3,
  }, async () => {
    const stored = await passwords.hash(PASSWORD)
    const refuse =
      (hash: string | null, password = 'wrong') =>
      () =>
        passwords.verify(password, hash)

    const times = await timeRefusals(
      new Map([
        ['unknown user', refuse(null)],
        ['our hash', refuse(String(stored))],
        ['a hash at a lower cost', refuse(bcrypt('06'))],
        ['a hash at the lowest cost', refuse(bcrypt('04'))],
        ['a cheap hash of Werkzeug', refuse(werkzeug(1024))],
        ['a dearer hash of Werkzeug', refuse(werkzeug(8192))],
        ['one HMAC of old Werkzeug', refuse(`sha256$salt$${'0'.repeat(64)}`)],
        ['PBKDF2 of passlib', refuse(`$pbkdf2-sha256$4000$salt$${'A'.repeat(43)}`)],
        ['Flask-Security', refuse(`flask_security$cGVwcGVy$${bcrypt('06')}`)],
        ['a broken hash', refuse('broken')],
        ['an empty password', refuse(String(stored), '')],
        ['an overlong password', refuse(String(stored), 'x'.repeat(2000))],
      ]),
    )

    const usual = times.get('unknown user') ?? 0
    for (const [name, time] of times) {
      // Left unequal, they are apart by a factor of four and more.
      expect(time / usual, name).toBeGreaterThan(0.5)
      expect(time / usual, name).toBeLessThan(2)
    }
  })

  test('spends two hashes on a decomposed password, known user or not', {
    timeout: 60_000,
    // Others share this machine: what holds is seen to hold in one try out of four.
    retry: 3,
  }, async () => {
    const times = await timeRefusals(
      new Map([
        ['unknown', () => passwords.verify('cafe\u0301', null)],
        ['cheap', () => passwords.verify('cafe\u0301', bcrypt('04'))],
        ['composed', () => passwords.verify('café', null)],
      ]),
    )

    const usual = times.get('composed') ?? 0
    for (const name of ['unknown', 'cheap']) {
      expect((times.get(name) ?? 0) / usual, name).toBeGreaterThan(1.5)
    }
  })
})

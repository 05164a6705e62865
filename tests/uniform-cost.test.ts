import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { doJobs } from './support/jobs.ts'
import {
  addUser,
  KINDS_OF_ACCOUNT,
  nextFields,
  openThrottledSite,
  VERIFIED,
} from './support/kinds-of-account.ts'
import { type ObservedAnswer, observe } from './support/observed-answer.ts'

// Status, headers, body, cookies and statements, at every page where a visitor could ask who has an
// account. Time is measured by npm run test:timing.

const open = await openThrottledSite('open')
const verified = await openThrottledSite('verified')
const inSpanish = await openThrottledSite('open', 'es')
const verifiedInSpanish = await openThrottledSite('verified', 'es')
afterAll(() =>
  Promise.all([open, verified, inSpanish, verifiedInSpanish].map((site) => site.close())),
)

describe.each([
  ['open', open],
  ['verified', verified],
  ['open, in Spanish', inSpanish],
])('POST /login, where registration is %s', (_, site) => {
  const passwords = ['a guess', '', ' ', 'cafe\u0301', 'x'.repeat(1025)]
  const unknown = new Map<string, ObservedAnswer>()
  const guess = (username: string, password: string) =>
    observe(site, '/login', { username, password })

  beforeAll(async () => {
    const { username } = nextFields()
    for (const password of passwords) unknown.set(password, await guess(username, password))
  })

  test.each(KINDS_OF_ACCOUNT)('answers %s as it answers an unknown account', async (_, data) => {
    const { username } = await addUser(site, data)

    for (const password of passwords) {
      const answer = await guess(username, password)
      expect(answer.status).toBe(422)
      expect(answer).toEqual(unknown.get(password))
    }
  })

  test('answers the email of an account as one that no account has', async () => {
    const { email } = await addUser(site, {})

    expect(await guess(email, 'a guess')).toEqual(await guess(nextFields().email, 'a guess'))
  })
})

describe.each([
  ['English', verified],
  ['Spanish', verifiedInSpanish],
])('POST /register, where registration is verified, in %s', (_, site) => {
  const register = (email: string) => observe(site, '/register', { ...nextFields(), email })

  test.each(KINDS_OF_ACCOUNT)('takes the email of %s as if it were new', async (_, data) => {
    const { email } = await addUser(site, data)

    const answer = await register(email.toUpperCase())

    expect([answer.status, answer.headers.location]).toEqual([303, '/login'])
    expect(answer).toEqual(await register(nextFields().email))
  })
})

describe.each([
  ['English', open],
  ['Spanish', inSpanish],
])('POST /forgot-password, in %s', (_, site) => {
  const forget = (email: string) => observe(site, '/forgot-password', { email })

  test.each(KINDS_OF_ACCOUNT)('answers %s as it answers an unknown account', async (_, data) => {
    const { email } = await addUser(site, data)

    const answer = await forget(email)

    expect([answer.status, answer.headers.location]).toEqual([303, '/forgot-password'])
    expect(answer).toEqual(await forget(nextFields().email))
  })
  test('answers the sixth request of an hour as the first, for a known and an unknown account', async () => {
    const { email } = await addUser(site, VERIFIED)
    const unknown = await forget(nextFields().email)

    for (let count = 0; count < 6; count++) {
      expect(await forget(email)).toEqual(unknown)
      await doJobs(site)
    }
  })
})

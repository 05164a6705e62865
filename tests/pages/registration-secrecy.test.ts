import { afterAll, describe, expect, test } from 'vitest'
import { days, seconds } from '../../src/durations.ts'
import { findUser } from '../support/journeys.ts'
import { addUser, nextFields, openThrottledSite, VERIFIED } from '../support/kinds-of-account.ts'
import { findMails } from '../support/mails.ts'
import { observe } from '../support/observed-answer.ts'
import { PASSWORD } from '../support/users.ts'

const site = await openThrottledSite('verified')
afterAll(site.close)

const register = (changes: object) => observe(site, '/register', { ...nextFields(), ...changes })
const logIn = (username: string) => observe(site, '/login', { username, password: PASSWORD })

/** Registers with the email of a user and with an unknown one; returns what was typed. */
async function registerKnownAndUnknown() {
  const known = { ...nextFields(), email: (await addUser(site, VERIFIED)).email }
  const unknown = nextFields()
  for (const fields of [known, unknown]) await register(fields)
  return { known, unknown }
}

/** Makes an email one that its user gave up this moment, and can still take their account back to. */
async function keepForOwner(email: string) {
  const { id: userId } = await addUser(site, VERIFIED)
  const createdAt = site.clock.now()
  const expiresAt = new Date(createdAt.getTime() + seconds(1))
  const keys = { id: email, purpose: 'undo-email', email, emailKey: email }
  await site.database.emailLink.create({ data: { ...keys, userId, createdAt, expiresAt } })
}

describe('where emails must be verified, whether one is known', () => {
  test('is told its owner by mail, once each time, and nothing of the account changes', async () => {
    const member = await addUser(site, VERIFIED)
    const before = await findUser(site, member)
    const typed = { ...nextFields(), email: member.email }

    await register(typed)

    expect(await findMails(site, member.email, 'account-exists')).toHaveLength(1)
    expect(await findUser(site, member)).toEqual(before)
    expect(await site.database.user.count({ where: { username: typed.username } })).toBe(0)
  })

  test.each([
    ['another unknown email', nextFields],
    ['the same email', () => ({})],
    ['the email of a user', async () => ({ email: (await addUser(site, VERIFIED)).email })],
  ])('does not show by asking for the same name again, with %s', async (_, next) => {
    const { known, unknown } = await registerKnownAndUnknown()

    const answers = []
    for (const fields of [known, unknown]) {
      const { username } = fields
      answers.push(await register({ ...fields, ...(await next()), username }))
    }

    expect(answers[0]?.status).toBe(422)
    expect(answers[0]).toEqual(answers[1])
  })

  test('does not show by when the name is free again', async () => {
    const { known, unknown } = await registerKnownAndUnknown()
    const isReserved = async ({ username }: { username: string }) =>
      (await register({ username })).status === 422 ? 1 : 0
    const count = async () => [await isReserved(known), await isReserved(unknown)]

    site.clock.advance(days(7) - seconds(1))
    const before = await count()
    site.clock.advance(seconds(1))

    expect([before, await count()]).toEqual([
      [1, 1],
      [0, 0],
    ])
  })

  test('does not show by the user name being taken', async () => {
    const { username } = await addUser(site, VERIFIED)
    const { email } = await addUser(site, VERIFIED)

    const answer = await register({ username, email })

    expect(answer.status).toBe(422)
    expect(answer).toEqual(await register({ username }))
  })

  test('does not show while its owner can still take their account back to it', async () => {
    const { email } = nextFields()
    await keepForOwner(email)

    expect(await register({ email })).toEqual(await register({}))
    expect(await site.database.user.count({ where: { email } })).toBe(0)
  })

  test('does not show by logging in with what was typed', async () => {
    const { known, unknown } = await registerKnownAndUnknown()

    const answer = await logIn(known.username)

    expect(answer.status).toBe(422)
    expect(answer).toEqual(await logIn(unknown.username))
  })

  test('does not show by how many mails may still be sent there', async () => {
    const { known, unknown } = await registerKnownAndUnknown()
    for (let count = 0; count < 5; count++) {
      for (const { username } of [known, unknown]) await logIn(username)
    }

    const answers = []
    for (const { email } of [known, unknown]) {
      answers.push(await observe(site, '/forgot-password', { email }))
    }

    expect(answers[0]).toEqual(answers[1])
  })
})

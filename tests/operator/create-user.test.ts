import { afterAll, describe, expect, test } from 'vitest'
import type { Asked } from '../../src/operator/ask-password.ts'
import { openTestApp } from '../support/app.ts'
import { userFields } from '../support/users.ts'
import { commandsOf, kindsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const run = commandsOf(site)

const create = (changes: { username?: string; email?: string }, asked?: Asked) => {
  const { username, email } = userFields(changes)
  return run({ act: 'create', username, email }, asked)
}

describe('create', () => {
  test('records that the operator made the account, and counts the email as verified', async () => {
    await create({ username: 'made' })

    const made = await site.database.user.findUnique({ where: { usernameKey: 'made' } })

    expect(await kindsOf(site, 'made')).toEqual(['created-by-operator'])
    expect(made?.emailVerifiedAt).toEqual(site.clock.now())
  })

  test.each([
    ['a name of one letter', { username: 'a' }, 'Use 2 to 32 characters for the user name.'],
    ['half an email', { email: 'ada@' }, 'Enter an email in the form name@example.com.'],
    ['a taken name', { username: 'TAKEN' }, 'That user name is already taken.'],
    ['a taken email', { email: 'Taken@example.org' }, 'That email is already taken.'],
  ])('refuses %s', async (_kind, changes, problem) => {
    await create({ username: 'taken' })

    const outcome = await create(changes)

    expect(outcome).toEqual({ problem })
  })

  test('holds the password to the rules of registration', async () => {
    const outcome = await create({}, { ok: true, password: 'short' })

    expect(outcome).toEqual({ problem: 'Use at least 15 characters.' })
  })

  test('asks for no password when the name will not do', async () => {
    const outcome = await create({ username: 'a' }, { ok: false, problem: 'was asked' })

    expect(outcome).not.toEqual({ problem: 'was asked' })
  })
})

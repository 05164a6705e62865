import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openTestApp } from '../support/app.ts'
import { logIn, register } from '../support/users.ts'
import { commandsOf, kindsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const run = commandsOf(site)

const NEW_PASSWORD = 'mauve otter gantry 71 plum'
const fields = { password: NEW_PASSWORD, confirm: NEW_PASSWORD }

async function makeLink(name: string): Promise<string> {
  const outcome = await run({ act: 'reset-link', name })
  const [url = ''] = 'lines' in outcome ? outcome.lines : []
  return url
}

const pathOf = (url: string) => url.slice(site.settings.appUrl.length)

describe('reset-link', () => {
  test('prints a link that sets a new password, once', async () => {
    const person = await register(site)
    const link = pathOf(await makeLink(person.username))
    const visitor = site.browse()

    await visitor.visit(link)
    const first = await visitor.submit('/reset-password', fields)
    const second = await site.browse().visit(link)
    const login = await logIn(site.browse(), { ...person, password: NEW_PASSWORD })

    expect([first.status, first.headers.location]).toEqual([303, '/login'])
    expect(second.status).toBe(303)
    expect(await site.database.emailLink.count({ where: { purpose: 'reset-password' } })).toBe(0)
    expect(login.headers.location).toBe('/dashboard')
  })

  test('verifies no email: it was not sent to that mailbox', async () => {
    const person = await register(site)
    const link = pathOf(await makeLink(person.username))
    const visitor = site.browse()

    await visitor.visit(link)
    await visitor.submit('/reset-password', fields)

    const where = { usernameKey: person.username }
    expect(await site.database.user.findUnique({ where })).toMatchObject({ emailVerifiedAt: null })
  })

  test('is good for 60 minutes', async () => {
    const { username } = await register(site)

    const url = await makeLink(username)
    const where = { user: { username }, purpose: 'reset-password' }
    const link = await site.database.emailLink.findFirst({ where })

    expect(url.startsWith(`${site.settings.appUrl}/reset-password?token=${link?.id}.`)).toBe(true)
    expect(link?.expiresAt).toEqual(new Date(site.clock.now().getTime() + minutes(60)))
  })

  test('refuses a disabled user, who could not log in with a new password', async () => {
    const { username } = await register(site)
    await run({ act: 'disable', name: username })

    const outcome = await run({ act: 'reset-link', name: username })

    expect(outcome).toMatchObject({ problem: expect.stringContaining('Enable the account first.') })
  })

  test('is an event of the account', async () => {
    const { username } = await register(site)

    await makeLink(username)

    expect(await kindsOf(site, username)).toContain('reset-link-by-operator')
  })
})

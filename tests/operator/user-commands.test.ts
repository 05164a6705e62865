import { afterAll, describe, expect, test } from 'vitest'
import { BEING_ERASED } from '../../src/accounts/erasure.ts'
import { openTestApp } from '../support/app.ts'
import { deleteAccount, LINK_IS_OVER, openLink } from '../support/journeys.ts'
import { userRow } from '../support/rows.ts'
import { logIn, PASSWORD, register } from '../support/users.ts'
import { commandsOf, kindsOf } from './support/operator.ts'

const site = await openTestApp()
afterAll(site.close)

const { database, clock } = site
const run = commandsOf(site)

describe('disable', () => {
  test('ends every session, is told only after the right password, and is an event', async () => {
    const person = await register(site)

    const outcome = await run({ act: 'disable', name: person.username.toUpperCase() })
    const dashboard = await person.browser.visit('/dashboard')
    const login = await logIn(site.browse(), person)

    expect(outcome).toMatchObject({ exitCode: 0, json: { state: 'disabled' } })
    expect(dashboard.status).toBe(302)
    expect(login.text).toContain('disabled')
    expect(await kindsOf(site, person.username)).toContain('disabled')
  })

  test('done twice is one event', async () => {
    const { username, email } = await register(site)

    await run({ act: 'disable', name: username })
    const again = await run({ act: 'disable', name: email })

    expect(again).toMatchObject({ lines: [`“${username}” was disabled already.`], exitCode: 0 })
    expect((await kindsOf(site, username)).filter((kind) => kind === 'disabled')).toHaveLength(1)
  })

  test('voids the link that would restore an account scheduled for deletion', async () => {
    const person = await register(site)
    await person.browser.submit('/account/delete', {
      password: PASSWORD,
      username: person.username,
    })

    await run({ act: 'disable', name: person.username })

    const where = { user: { username: person.username }, purpose: 'restore-account' }
    expect(await kindsOf(site, person.username)).toContain('deletion-requested')
    expect(await database.emailLink.count({ where })).toBe(0)
  })
})

describe('enable', () => {
  test('lets the user log in again, but brings no session back', async () => {
    const person = await register(site)
    await run({ act: 'disable', name: person.username })

    const outcome = await run({ act: 'enable', name: person.username })
    const dashboard = await person.browser.visit('/dashboard')
    const login = await logIn(site.browse(), person)

    expect(outcome).toMatchObject({ json: { state: 'unverified' } })
    expect(dashboard.status).toBe(302)
    expect(login.headers.location).toBe('/dashboard')
    expect(await kindsOf(site, person.username)).toContain('enabled')
  })

  test('takes a deletion back', async () => {
    const person = await register(site)
    const where = { usernameKey: person.username }
    await database.user.update({ where, data: { deletionDueAt: clock.now() } })

    await run({ act: 'enable', name: person.username })

    expect(await database.user.findUnique({ where })).toMatchObject({
      disabledAt: null,
      deletionDueAt: null,
    })
  })

  test('voids the link that restores the account, which would still say that it waits to be erased', async () => {
    const person = await register(site)
    const link = await deleteAccount(site, person)
    await run({ act: 'enable', name: person.username })

    const page = await openLink(site.browse(), link)

    expect(page.text).toContain(LINK_IS_OVER)
    expect(page.text).not.toContain('waiting to be erased')
  })

  test('refuses an account that is being erased: it would come back half empty', async () => {
    const { username } = await register(site)
    const where = { usernameKey: username }
    const data = { disabledAt: clock.now(), deletionDueAt: BEING_ERASED }
    await database.user.update({ where, data })

    const outcome = await run({ act: 'enable', name: username })

    expect(outcome).toEqual({ problem: `“${username}” is being erased and cannot come back.` })
  })
})

describe('log-out', () => {
  test('ends sessions and remembered browsers, and lets the user log in again', async () => {
    const person = await register(site)
    const remembered = site.browse()
    await logIn(remembered, person, { remember: 'on' })
    remembered.restart()

    await run({ act: 'log-out', name: person.username })
    const visits = await Promise.all(
      [person.browser, remembered].map((browser) => browser.visit('/dashboard')),
    )
    const login = await logIn(site.browse(), person)

    expect(visits.map(({ status }) => status)).toEqual([302, 302])
    expect(login.headers.location).toBe('/dashboard')
    expect(await kindsOf(site, person.username)).toContain('logged-out-by-operator')
  })
})

describe('NAME', () => {
  test('that can mean two is refused, and both are named', async () => {
    const [one, other] = [userRow(), userRow({ username: 'double', usernameKey: 'double' })]
    await database.user.createMany({ data: [{ ...one, id: 'double' }, other] })

    const outcome = await run({ act: 'disable', name: 'double' })

    expect(outcome).toMatchObject({ problem: expect.stringContaining('Give the email.') })
    expect(outcome).toMatchObject({ problem: expect.stringContaining(one.email) })
    expect(await kindsOf(site, 'double')).toEqual([])
  })

  test('cannot write to the terminal', async () => {
    const outcome = await run({ act: 'disable', name: '\u001b[31m\u0007x\u009b2J' })

    expect(outcome).not.toMatchObject({ problem: expect.stringMatching(/\p{Cc}/u) })
  })
})

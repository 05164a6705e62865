import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../../../src/durations.ts'
import { openTestApp } from '../../support/app.ts'
import {
  followLink,
  forgetPassword,
  listEvents,
  newPassword,
  tokenIn,
} from '../../support/journeys.ts'
import { findNotices } from '../../support/mails.ts'
import {
  PASSWORD,
  type Person,
  register,
  registerAndRemember,
  registerVerified,
} from '../../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

const download = (browser: Person['browser']) => browser.submit('/account', {}, '/account/export')

describe('POST /account/export', () => {
  test('gives one file in JSON, to keep and not to show, that no cache keeps', async () => {
    const { browser } = await register(site)

    const answer = await download(browser)

    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(answer.headers['content-disposition']).toBe('attachment; filename=account.json')
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
  })

  test('has everything that is held about the account, of every table', async () => {
    const ada = await registerAndRemember(site)
    await forgetPassword(site, ada)

    const { body } = await download(ada.browser)

    expect(body.account).toMatchObject({
      username: ada.username,
      email: ada.email,
      disabledAt: null,
    })
    expect(body.devices).toHaveLength(2)
    expect(body.sessions).toHaveLength(2)
    expect(body.rememberSeries).toHaveLength(1)
    const purposes = body.pendingLinks.map(({ purpose }: { purpose: string }) => purpose)
    expect(purposes.sort()).toEqual(['reset-password', 'verify-email'])
    const kinds = body.events.map(({ kind }: { kind: string }) => kind)
    expect(kinds.sort()).toEqual(['exported', 'new-device', 'registered', 'reset-requested'])
    const templates = body.mail.map(({ template }: { template: string }) => template)
    expect(templates).toEqual(expect.arrayContaining(['reset-password', 'verify-email']))
  })

  test('has nothing that would log a user in: no hash, no token, no session id', async () => {
    const ada = await registerAndRemember(site)
    const link = await forgetPassword(site, ada)
    const { id, passwordHash } = await site.database.user.findFirstOrThrow({
      where: { username: ada.username },
    })
    const [series] = await site.database.rememberSeries.findMany({ where: { userId: id } })
    const sessions = await site.database.session.findMany({ where: { userId: id } })
    const [sessionId = '', remembered = ''] = ['session', 'remember'].map((name) =>
      decodeURIComponent(ada.browser.valueOf(name) ?? '').slice('s:'.length),
    )
    const sha256 = (text: string) => createHash('sha256').update(text).digest()

    const { text } = await download(ada.browser)

    const secrets = [
      PASSWORD,
      passwordHash,
      tokenIn(link).split('.')[1],
      sessionId.split('.')[0],
      sha256(sessionId.split('.')[0] ?? '').toString('hex'),
      sha256(sessionId.split('.')[0] ?? '').toString('base64url'),
      ...sessions.map(({ idHash }) => idHash),
      remembered.split('.')[1],
      series?.id,
      series?.tokenHash,
      'csrfSecret',
    ]
    for (const secret of secrets) {
      expect(String(secret).length).toBeGreaterThan(9)
      expect(text).not.toContain(secret)
    }
    expect(text).not.toMatch(/[hH]ash"/)
  })

  test('has nothing about another user', async () => {
    const [ada, bob] = [await register(site), await register(site)]

    const { text } = await download(ada.browser)

    expect(text).toContain(ada.email)
    expect(text).not.toContain(bob.email)
  })

  test('is an event, in the file too, and the owner is told', async () => {
    const ada = await registerVerified(site)

    const { body } = await download(ada.browser)

    expect(await listEvents(site, ada)).toContain('exported')
    expect(await findNotices(site, ada.email)).toEqual(['Data downloaded'])
    expect(JSON.stringify(body.events)).toContain('exported')
  })

  test('asks for the password where it was not just given, and then goes on', async () => {
    const ada = await register(site)
    site.clock.advance(minutes(11))

    const refused = await download(ada.browser)
    const early = await listEvents(site, ada)
    const { password } = ada
    const answer = await ada.browser.submit(String(refused.headers.location), { password })

    expect([refused.status, refused.headers.location]).toEqual([
      303,
      expect.stringMatching(/^\/reauthenticate\?next=%2Faccount%2Fexport&resume=[\w-]{22}$/),
    ])
    expect(early).not.toContain('exported')
    expect(answer.headers['content-disposition']).toContain('account.json')
    expect(answer.body.account.username).toBe(ada.username)
  })

  test('is nothing that a link could start', async () => {
    const { browser } = await register(site)

    const answer = await browser.visit('/account/export')

    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST'])
  })

  test('is refused to a logged-out visitor, and to a user who was logged out meanwhile', async () => {
    const ada = await register(site)
    const { browser } = ada
    const _csrf = await browser.takeToken('/account')
    await followLink(site.browse(), await forgetPassword(site, ada), newPassword)

    const answer = await browser.post('/account/export', { _csrf })

    expect(answer.headers['content-disposition']).toBeUndefined()
    expect(answer.text).not.toContain(ada.email)
    expect(await listEvents(site, ada)).not.toContain('exported')
  })
})

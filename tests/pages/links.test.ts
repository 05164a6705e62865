import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { days, minutes } from '../../src/durations.ts'
import { setCookies } from '../auth/support/browser.ts'
import { openTestApp } from '../support/app.ts'
import { readForm } from '../support/html.ts'
import {
  followLink,
  forgetPassword,
  LINK_IS_OVER,
  newPassword,
  openLink,
  pathOf,
  postLink,
  tokenIn,
} from '../support/journeys.ts'
import { LINK_KINDS } from '../support/link-kinds.ts'
import { readLink } from '../support/mails.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

/** Everything of an answer that a page, a history, a log or a Referer could keep. */
function describeAnswer({ text, headers }: Response): string {
  const { 'set-cookie': _, ...others } = headers
  return JSON.stringify([text, others])
}

const cookiesOf = (answer: Response, name: string) =>
  setCookies(answer).filter((line) => line.startsWith(`${name}=`))

const idIn = (link: string) => tokenIn(link).split('.')[0] ?? ''

/** The ids of those links that were used. */
async function findUsed(links: string[]): Promise<string[]> {
  const where = { id: { in: links.map(idIn) }, purpose: { startsWith: 'used ' } }
  const rows = await site.database.emailLink.findMany({ where })
  return rows.map(({ id }) => id).sort()
}

describe('a link that no longer works', () => {
  test.each([
    ['/reset-password', 'Ask for a new one.', ['/forgot-password']],
    ['/verify-email', 'Ask for a new one.', ['/login', '/resend-verification']],
    ['/undo-email', 'If not, tell the operator of this site.', ['/forgot-password']],
    ['/restore-account', 'log in as usual.', ['/login']],
  ])('says on %s what to do instead, and leads there', async (path, words, ways) => {
    const { text } = await site.browse().visit(path)

    const actions = /<p class="actions">([\s\S]*?)<\/p>/.exec(text)?.[1] ?? ''
    expect(text).toContain(`${LINK_IS_OVER} `)
    expect(text).toContain(words)
    expect([...actions.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual(ways)
  })
})

describe('two links in two tabs of one browser', () => {
  test('both work, whichever is used first', async () => {
    const [ada, { browser, email }] = [await register(site), await register(site)]
    const forgotten = await forgetPassword(site, ada)
    const confirming = await readLink(site, email, 'verify-email')
    await browser.visit(forgotten)
    await browser.visit(confirming)

    const answers = [
      await postLink(browser, forgotten, newPassword),
      await postLink(browser, confirming),
    ]

    expect(answers.map(({ status }) => status)).toEqual([303, 303])
    expect(browser.valueOf('link')).toBeUndefined()
  })

  test.each(LINK_KINDS)(
    'to one page work each on its own account, the first one first: $name',
    async ({ get, fields }) => {
      const people = [await register(site), await register(site)]
      const browser = site.browse()
      const tabs: [string, Record<string, string>][] = []
      for (const person of people) {
        const link = await get(site, person)
        const page = await openLink(browser, link)
        tabs.push([link, { ...readForm(page.text, pathOf(link)), ...fields }])
      }

      const used: string[][] = []
      for (const [link, form] of tabs) {
        expect((await browser.post(pathOf(link), form)).status).toBe(303)
        used.push(await findUsed(tabs.map(([each]) => each)))
      }

      const [first, second] = tabs.map(([link]) => idIn(link))
      expect(used).toEqual([[first], [first, second].sort()])
    },
  )

  test('of one account work both until one is used, and then the other is over', async () => {
    const ada = await register(site)
    const browser = site.browse()
    const forms: Record<string, string>[] = []
    for (let count = 0; count < 2; count++) {
      site.clock.advance(minutes(1))
      const page = await openLink(browser, await forgetPassword(site, ada))
      forms.push(readForm(page.text, '/reset-password'))
    }
    const send = (form = {}) => browser.post('/reset-password', { ...form, ...newPassword })

    expect((await send(forms[0])).headers.location).toBe('/login')
    const other = await send({ ...forms[1], password: 'other words for it' })

    expect(other.status).toBe(422)
    expect(other.text).toContain(LINK_IS_OVER)
  })

  test('a link that was cut short leaves the form of another alone, and shows none', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const form = readForm((await openLink(browser, link)).text, '/reset-password')

    const cut = await openLink(browser, link.slice(0, -5))
    const answer = await browser.post('/reset-password', { ...form, ...newPassword })

    expect(cut.text).toContain(LINK_IS_OVER)
    expect(answer.status).toBe(303)
  })

  test('a browser keeps the five opened last', async () => {
    const link = await forgetPassword(site, await register(site))
    const browser = site.browse()
    const form = readForm((await openLink(browser, link)).text, '/reset-password')
    for (let count = 0; count < 5; count++)
      await browser.visit(await forgetPassword(site, await register(site)))

    const answer = await browser.post('/reset-password', { ...form, ...newPassword })

    expect(answer.status).toBe(422)
    expect(browser.valueOf('link')?.length).toBeLessThan(1000)
  })

  test('a token that is no token of ours fills no cookie', async () => {
    const browser = site.browse()

    await browser.visit(`/reset-password?token=${'x'.repeat(5000)}`)

    expect(browser.valueOf('link')).toBeUndefined()
  })
})

describe.each(LINK_KINDS)('a link to $name', ({ get, fields }) => {
  test('does nothing, however often a scanner opens it with GET and HEAD', async () => {
    const link = await get(site, await register(site))
    const users = await site.database.user.findMany()
    const scanner = site.browse()

    for (let count = 0; count < 10; count++) {
      await openLink(scanner, link)
      await scanner.ask('head', link)
      await scanner.ask('head', pathOf(link))
    }

    expect(await site.database.user.findMany()).toEqual(users)
    expect((await followLink(site.browse(), link, fields)).status).toBe(303)
  })

  test('leaves the URL at once, for a cookie that no script reads and no other site sends', async () => {
    const link = await get(site, await register(site))
    const browser = site.browse()

    const answer = await browser.visit(link)

    expect([answer.status, answer.headers.location]).toEqual([303, `${pathOf(link)}?opened=1`])
    expect(answer.headers['cache-control']).toContain('no-store')
    expect(browser.cookies.get('link')?.attributes).toMatchObject({
      path: '/',
      httponly: '',
      samesite: 'Lax',
      'max-age': String(days(14) / 1000),
    })
  })

  test('stands in no page, header, log line or row, and in no cookie but its own', async () => {
    const link = await get(site, await register(site))
    const token = tokenIn(link)
    const mac = token.split('.')[1] ?? ''
    const browser = site.browse()
    site.logged.length = 0

    const opened = await browser.visit(link)
    const shown = await browser.follow(opened)
    const sent = await postLink(browser, link, fields)
    const next = await browser.follow(sent)
    const rows = await Promise.all([
      site.database.emailLink.findMany(),
      site.database.outboxMessage.findMany(),
      site.database.session.findMany(),
    ])

    const answers = [opened, shown, sent, next]
    expect(mac).toHaveLength(43)
    expect(sent.status).toBe(303)
    expect(answers.map(describeAnswer).join()).not.toContain(mac)
    expect(answers.flatMap(setCookies).filter((line) => line.includes(mac))).toEqual(
      cookiesOf(opened, 'link'),
    )
    expect(site.logged.length).toBeGreaterThan(3)
    expect(JSON.stringify(site.logged)).not.toContain(mac)
    expect(JSON.stringify(rows)).not.toContain(mac)
  })

  test('is gone from the browser once it is used', async () => {
    const link = await get(site, await register(site))
    const browser = site.browse()

    await followLink(browser, link, fields)

    expect(decodeURIComponent(browser.valueOf('link') ?? '')).not.toContain(tokenIn(link))
  })

  test('gives one success to two who send it at the same time', async () => {
    const link = await get(site, await register(site))

    const answers = await Promise.all(
      [site.browse(), site.browse()].map((browser) => followLink(browser, link, fields)),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([303, 422])
  })

  test('acts on the user it was made for, not on the one who opens it', async () => {
    const [ada, eve] = [await register(site), await register(site)]
    const link = await get(site, ada)
    const row = { where: { username: eve.username } }
    const before = await site.database.user.findFirst(row)

    const answer = await followLink(eve.browser, link, fields)

    expect(answer.status).toBe(303)
    expect(await site.database.user.findFirst(row)).toEqual(before)
    expect((await eve.browser.visit('/dashboard')).text).toContain(eve.username)
  })
})

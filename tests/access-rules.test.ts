import { randomUUID } from 'node:crypto'
import type { Response } from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { minutes } from '../src/durations.ts'
import { openTestApp } from './support/app.ts'
import type { Browser } from './support/browser.ts'
import { readForm } from './support/html.ts'
import { forgetPassword } from './support/journeys.ts'
import { readTable } from './support/security-md.ts'
import { readSourceFiles } from './support/source-files.ts'
import { register } from './support/users.ts'

// What SECURITY.md promises under “Who may do what”, walked.

const site = await openTestApp()
const calm = await openTestApp()
const ada = await register(calm)
await ada.browser.visit('/dashboard')
afterAll(() => Promise.all([site.close(), calm.close()]))

const rules = readTable('Address').map(
  ([path = '', get = '', post = '', fields = '']) => [path, get, post, fields] as const,
)

/** A stranger, somebody whose password is long ago, and somebody who has just given it. */
const visitors = await openVisitors()

async function openVisitors(): Promise<Browser[]> {
  const stale = await register(site)
  site.clock.advance(minutes(11))
  const fresh = await register(site)
  return [site.browse(), stale.browser, fresh.browser]
}

// A client of JSON is told in one status what a browser is told by where it is sent.
const JSON_ONLY = { Accept: 'application/json' }

function judge({ status, headers }: Response): string {
  if (status === 401) return 'refused'
  if (status === 405) return 'not taken'
  return headers.location === '/dashboard' ? 'sent home' : 'in'
}

/** What the three visitors get. */
const OUTCOMES: Record<string, string[]> = {
  anybody: ['in', 'in', 'in'],
  strangers: ['in', 'sent home', 'sent home'],
  members: ['refused', 'in', 'in'],
  fresh: ['refused', 'refused', 'in'],
  nobody: ['not taken', 'not taken', 'not taken'],
}

const addressOf = (path: string) => path.replace(':id', randomUUID())

const isForMembers = (who: string) => who === 'members' || who === 'fresh'

describe('the pages in SECURITY.md', () => {
  test('are all that there are', () => {
    const pages = readSourceFiles().filter(({ room }) => room === 'pages')
    const paths = pages.flatMap(({ text }) =>
      [...text.matchAll(/\bpath: '([^']+)'/g)].map(([, path]) => path),
    )

    expect(rules.length).toBeGreaterThan(20)
    expect(rules.map(([path]) => path).sort()).toEqual(paths.sort())
  })
})

describe('a page', () => {
  // Logging out comes last, as it ends what all others need.
  const isLast = (path: string) => Number(path === '/logout')
  const inOrder = rules.toSorted(([one], [other]) => isLast(one) - isLast(other))

  test.each(inOrder)('answers %s to %s, and takes its form from %s', async (path, get, post) => {
    const address = addressOf(path)
    const seen: string[] = []
    const sent: string[] = []

    for (const browser of visitors) {
      seen.push(judge(await browser.visit(address, JSON_ONLY)))
      const _csrf = await browser.takeToken('/logout')
      sent.push(judge(await browser.post(address, { _csrf }, JSON_ONLY)))
    }

    expect(seen).toEqual(OUTCOMES[get])
    expect(sent).toEqual(OUTCOMES[post])
  })

  test.each(rules.filter(([, , post]) => post !== 'nobody'))(
    'refuses its form without a token: %s',
    async (path, _get, post) => {
      const visitor = post === 'strangers' ? calm.browse() : ada.browser
      expect((await visitor.post(addressOf(path))).status).toBe(403)
    },
  )

  test.each(rules.filter(([, get]) => isForMembers(get)))('offers to log out: %s', async (path) => {
    const { status, text } = await ada.browser.visit(path)

    expect(status).toBe(200)
    expect(text).toContain('<form method="post" action="/logout">')
  })

  // A page that only takes a link shows its form to nobody else.
  test.each(rules.filter(([, , , fields]) => !['', 'link'].includes(fields)))(
    'has no field but those that are written down, and hides passwords: %s',
    async (path, get, _post, fields) => {
      const visitor = isForMembers(get) ? ada.browser : calm.browse()
      if (path === '/reset-password') await visitor.visit(await forgetPassword(calm, ada))

      const { text } = await visitor.visit(path)

      const known = fields.split(' ')
      expect(['_csrf', ...known]).toEqual(expect.arrayContaining(Object.keys(readForm(text, path))))
      for (const name of known.filter((each) => /^(password|current|confirm)$/.test(each))) {
        expect(text).toContain(`name="${name}" type="password"`)
      }
    },
  )
})

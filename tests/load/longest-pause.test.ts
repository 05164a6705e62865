import { afterAll, describe, expect, test } from 'vitest'
import { readSiteForms, rightFields, type SiteForm } from '../hostile/forms.ts'
import { forgetPassword } from '../support/journeys.ts'
import { longestPause } from '../support/longest-pause.ts'
import { openServedApp } from '../support/served-app.ts'
import { register } from '../support/users.ts'
import { say } from '../support/wire-words.ts'

// While one request is computed all others wait, health checks too: the largest input that a form accepts may
// not take many times as long as an ordinary one.
const MOST_TIMES = 20

const site = await openServedApp()
afterAll(site.close)
const ada = await register(site)
const forms = await readSiteForms(site)

const fill = (text: string, length: number) =>
  text.repeat(length / text.length + 1).slice(0, length)
const manyWords = Array.from({ length: 8_000 }, (_, count) => (46_656 + count).toString(36)).join(
  '.',
)

/** The largest inputs, by what they would be slow for; bytes is what the body has room for. */
const largest = (bytes: number): Record<string, string> => ({
  words: manyWords.slice(0, bytes),
  'digits that stand for letters': fill('4@8(369|1!0$5', bytes),
  'marks out of order': `a${fill('\u0301', bytes / 4)}${fill('\u0323', bytes / 4)}`,
  'an email of many words': `${'abc.'.repeat(15)}a@${'abc.'.repeat(47)}com`,
  'a password of digits': fill('4@8(369|1!0$5', 1_024),
})

const NEW_PASSWORD = 'mauve otter gantry 71 plum'
const WRONG_PASSWORD = 'not the password'

/** Sends a form that would be right, but for a wrong own password and the changed fields. */
async function prepare(form: SiteForm, changed: Record<string, string>) {
  const isReset = form.action === '/reset-password'
  // With a new password the browser of all others would be logged out.
  const person = isReset ? await register(site) : ada
  const browser = form.needsLogin ? person.browser : site.browse()
  if (isReset) await browser.visit(await forgetPassword(site, person))
  const own = form.fields.includes('confirm') ? NEW_PASSWORD : WRONG_PASSWORD
  const passwords = { password: own, confirm: own, current: WRONG_PASSWORD }
  const filledIn = { username: person.username, ...rightFields(form, person), ...passwords }
  const asked = Object.entries(filledIn).filter(([name]) => form.fields.includes(name))
  const _csrf = await browser.takeToken('/forgot-password')
  const body = encode({ ...Object.fromEntries(asked), ...changed, _csrf })
  return () => browser.post(form.action, body)
}

// Not in percent, which would leave room for a third only.
function encode(fields: Record<string, string>): string {
  const escaped = (text: string) => text.replace(/[%&+=]/g, encodeURIComponent)
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${escaped(value)}`)
    .join('&')
}

const CASES = forms.flatMap((form) =>
  form.fields.map((field) => [form.action, field, form] as const),
)

describe('the longest pause of the event loop', () => {
  test.each(CASES)('at %s is about the same with the largest %s', async (_, field, form) => {
    const isTwice = field === 'password' && form.fields.includes('confirm')
    const pauseWith = (text: string, shortEnough?: number) => {
      const changed = { [field]: text, ...(isTwice && { confirm: text }) }
      return longestPause(
        () => prepare(form, changed),
        (send) => send(),
        shortEnough,
      )
    }
    const ordinary = await pauseWith('x')
    const shortEnough = MOST_TIMES * ordinary

    for (const [what, text] of Object.entries(largest(isTwice ? 15_000 : 28_000))) {
      expect.soft(await pauseWith(text, shortEnough), what).toBeLessThan(shortEnough)
    }
  })
})

// What the headers have room for.
const WIDE = 15_500

const line = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n`

describe('the longest pause of the event loop', () => {
  const pauseWith = (words: string, shortEnough?: number) =>
    longestPause(
      async () => `${words}\r\n`,
      (request) => say(site.port, request),
      shortEnough,
    )

  test.each([
    ['slashes', line(fill('/', WIDE))],
    ['a page and slashes', line(`/account${fill('/', WIDE)}`)],
    ['short parts', line(fill('/a', WIDE))],
    ['a form and slashes', line(`/account/devices/${fill('/', WIDE)}/revoke`)],
    ['percent signs', line(`/${fill('%', WIDE)}`)],
    ['a host and slashes', line(`http://a${fill('/', WIDE)}`)],
    ['fields', line(`/login?${fill('next=/&', WIDE)}`)],
    ['a way on', line(`/account/?next=/${fill('+', WIDE)}`)],
    ['cookies', `${line('/login')}Cookie: ${fill('session=s%3Aa.b;', WIDE)}\r\n`],
    ['quotes in a cookie', `${line('/login')}Cookie: session=${fill('"', WIDE)}\r\n`],
    ['types', `${line('/dashboard')}Accept: ${fill('*/*;q=0.1,', WIDE)}\r\n`],
    ['languages', `${line('/login')}Accept-Language: ${fill('*;q=0.1,', WIDE)}\r\n`],
    ['encodings', `${line('/app.css')}Accept-Encoding: ${fill('*;q=0.1,', WIDE)}\r\n`],
    ['half-quoted types', `${line('/dashboard')}Accept: "${fill(',', WIDE)}\r\n`],
    ['ranges', `${line('/app.css')}Range: bytes=${fill('0-1,', WIDE)}\r\n`],
  ])('is about the same for a request of many %s', async (_, words) => {
    const shortEnough = MOST_TIMES * (await pauseWith(line('/nowhere')))

    expect(await pauseWith(words, shortEnough)).toBeLessThan(shortEnough)
  })
})

describe('a password', () => {
  test.each(['username', 'email'])(
    'at /register is rated only when there is nothing wrong with the %s',
    async (field) => {
      const form = forms.find(({ action }) => action === '/register') as SiteForm
      const pauseWith = (password: string) => {
        const changed = { [field]: manyWords.slice(0, 28_000), password, confirm: password }
        return longestPause(
          () => prepare(form, changed),
          (send) => send(),
        )
      }

      const ofLength = await pauseWith(NEW_PASSWORD)
      const tooShort = await pauseWith('short')

      expect(ofLength / tooShort).toBeLessThan(6)
    },
  )
})

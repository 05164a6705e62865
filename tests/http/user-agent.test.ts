import { afterAll, describe, expect, test } from 'vitest'
import { describeUserAgent, sayBrowser } from '../../src/http/user-agent.ts'
import { OPERATOR } from '../../src/words/browser-labels.ts'
import { catalogue } from '../../src/words/catalogue.ts'
import { openTestApp } from '../support/app.ts'
import { doJobs } from '../support/jobs.ts'
import { logIn, register } from '../support/users.ts'

const ANDROID =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'
const IPAD =
  'Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1'

describe('describeUserAgent', () => {
  test.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [ANDROID, 'Chrome on Android'],
    [ANDROID.replace('Mobile ', ''), 'Chrome on Android tablet'],
    [IPAD, 'Safari on iPadOS'],
    [`${ANDROID} EdgA/140.0`, 'Microsoft Edge on Android'],
    ['Mozilla/5.0 (Tomorrow OS) Gecko/20100101 Firefox/140.0', 'Firefox'],
  ])('names the browser and the system: %s', (userAgent, words) => {
    expect(describeUserAgent(userAgent)).toBe(words)
  })

  test.each([
    '',
    'curl/8.15.0',
    'Your account is at risk. Call 555 0100/1.0 now',
    '<b>Call us</b>/1.0 (now)',
    'x'.repeat(10_000),
    'constructor/1.0 (x)',
  ])('says nothing that a stranger wrote: %s', (userAgent) => {
    expect(describeUserAgent(userAgent)).toBe('Unknown browser')
  })

  test('says nothing that a stranger wrote beside a system', () => {
    expect(describeUserAgent('Call 555 0100/1.0 (X11; Linux x86_64)')).toBe(
      'Unknown browser on Linux',
    )
  })
})

describe('sayBrowser', () => {
  test.each([
    ['Firefox on Linux', 'Firefox en Linux'],
    ['Firefox', 'Firefox'],
    ['Unknown browser on Linux', 'Navegador desconocido en Linux'],
    [OPERATOR, 'la línea de comandos de quien administra el sitio'],
  ])('says %s in the words of a language', (described, words) => {
    expect(sayBrowser(described, catalogue.wordsOf('es'))).toBe(words)
  })
})

const site = await openTestApp()
afterAll(site.close)

describe('the text of a User-Agent header', () => {
  test('does not reach the pages of an account by a failed login', async () => {
    const ada = await register(site)
    const visitor = site.browse()
    visitor.headers['User-Agent'] = 'Call 555 0100 to save your account/1.0 (X11; Linux x86_64)'

    await logIn(visitor, { ...ada, password: 'not the password' })
    await doJobs(site)

    const { text } = await ada.browser.visit('/account/activity')
    expect(text).toContain('Failed attempt to log in')
    expect(text).toContain('Unknown browser on Linux')
    expect(text).not.toContain('Call 555')
  })
})

import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openTestApp, type TestApp } from '../support/app.ts'
import { isLoggedIn, logIn, register } from '../support/users.ts'

const site = await openTestApp({ TRUST_PROXY: '1', SESSION_PROTECTION: 'strong' })
afterAll(site.close)

function browseFrom(forwardedFor: string, at: TestApp = site) {
  const browser = at.browse()
  browser.headers['X-Forwarded-For'] = forwardedFor
  return browser
}

async function logInFrom(forwardedFor: string) {
  const browser = browseFrom(forwardedFor)
  await logIn(browser, await register(site))
  return browser
}

describe('the IP of a request', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:40001', '203.0.113.7'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['::ffff:102:304', '1.2.3.4'],
    ['::ffff:1.2.3.4:40001', '1.2.3.4'],
    ['[::ffff:1.2.3.4]:40001', '1.2.3.4'],
    ['unknown', '127.0.0.1'],
    ['_hidden', '127.0.0.1'],
    ['1.2.3', '127.0.0.1'],
    ['1.2.3.4.5', '127.0.0.1'],
    ['[2001:db8::1', '127.0.0.1'],
    ['2001:db8::1::2', '127.0.0.1'],
    ['<script>', '127.0.0.1'],
    ['198.51.100.1, 203.0.113.7:40001', '203.0.113.7'],
  ])('behind a proxy that writes %s is %s', async (forwardedFor, ip) => {
    site.logged.length = 0

    await browseFrom(forwardedFor).visit('/')

    expect(site.logged).toMatchObject([{ ip }])
  })

  test('is the nearest that a second proxy wrote where it is no IP itself', async () => {
    const behindTwo = await openTestApp({ TRUST_PROXY: '2' })
    onTestFinished(behindTwo.close)

    await browseFrom('unknown, 203.0.113.7', behindTwo).visit('/')

    expect(behindTwo.logged).toMatchObject([{ ip: '203.0.113.7' }])
  })
})

describe('session protection', () => {
  test.each([
    ['another port', '203.0.113.7:40001', '203.0.113.7:40002'],
    ['another port of IPv6', '[2001:db8::1]:443', '[2001:db8::1]:444'],
    ['another privacy IP of its /64', '2001:db8:0:1::1', '2001:db8:0:1:ffff::2'],
    ['the same IPv4, written as IPv6', '::ffff:203.0.113.7', '203.0.113.7'],
  ])('lets a browser come from %s', async (_, first, second) => {
    const browser = await logInFrom(first)

    browser.headers['X-Forwarded-For'] = second

    expect(await isLoggedIn(browser)).toBe(true)
  })

  test.each([
    ['another IPv4', '203.0.113.7:40001', '203.0.113.8:40001'],
    ['another /64', '2001:db8:0:1::1', '2001:db8:0:2::1'],
  ])('logs a browser out that comes from %s', async (_, first, second) => {
    const browser = await logInFrom(first)

    browser.headers['X-Forwarded-For'] = second

    expect(await isLoggedIn(browser)).toBe(false)
  })
})

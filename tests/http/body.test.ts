import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { FORM } from '../support/browser.ts'
import { readField } from '../support/html.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

async function postLogin(body: string, contentType = FORM) {
  const browser = site.browse()
  const _csrf = await browser.takeToken('/login')
  const headers = { 'Content-Type': contentType }
  return browser.post('/login', `_csrf=${encodeURIComponent(_csrf)}&${body}`, headers)
}

describe('the body of a form', () => {
  test.each([
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=latin1',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded; charset=utf-16',
    'application/x-www-form-urlencoded2',
  ])('is refused as %j', async (contentType) => {
    const answer = await postLogin('username=ada&password=x', contentType)

    expect(answer.status).toBe(415)
    expect(answer.text).toContain('That kind of data is not accepted')
  })

  test.each(['gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'rot13'])(
    'is refused in the encoding %s, whatever is in it',
    async (encoding) => {
      const answer = await site.browse().post('/login', 'x', { 'Content-Encoding': encoding })

      expect(answer.status).toBe(415)
    },
  )

  test.each([
    'application/x-www-form-urlencoded; charset=utf-8',
    'application/x-www-form-urlencoded;charset="UTF-8"',
    'Application/X-WWW-Form-Urlencoded',
  ])('is read as %s', async (contentType) => {
    const answer = await postLogin('username=ada&password=x', contentType)

    expect(answer.status).toBe(422)
  })

  test('is refused beyond 32 KiB', async () => {
    const answer = await postLogin(`username=ada&password=${'x'.repeat(33 * 1024)}`)

    expect(answer.status).toBe(413)
    expect(answer.text).toContain('larger than this page accepts')
  })

  test('takes a password of 1,024 bytes whose every byte is escaped', async () => {
    const letters = Array.from({ length: 512 }, (_, at) => 0x430 + ((at * at * 7 + at) % 31))
    const password = String.fromCodePoint(...letters)
    const { username } = await register(site, { password })

    const answer = await postLogin(`username=${username}&password=${encodeURIComponent(password)}`)

    expect(answer.headers.location).toBe('/dashboard')
  })

  test('is refused with more than 50 fields', async () => {
    const answer = await postLogin(Array.from({ length: 50 }, (_, at) => `f${at}=x`).join('&'))

    expect(answer.status).toBe(413)
  })

  test.each([
    'username=ada&username=bob&password=x',
    'username=ada&password=x&password=y',
    'username=ada&password=x&next=%2F&next=%2F%2Fevil.example',
  ])('is refused with a field given twice: %s', async (body) => {
    const answer = await postLogin(body)

    expect(answer.status).toBe(400)
  })

  test.each([
    ['username[k]=v&password=x', 400],
    ['username[]=v&password=x', 400],
    ['username=ada&password[$ne]=', 400],
    ['__proto__=x&username=ada&password=x', 422],
    ['__proto__[isActive]=x&constructor=y&toString=z&username=ada&password=x', 400],
    ['username=%E0%A4%A&password=x', 400],
    ['username=ada&password=%', 400],
    ['username=ada&password=%FF%FE', 400],
    ['username=ada&password=%ED%A0%80', 400],
    ['username=ada&password=x&%C0%AE=x', 400],
    ['&&==&username', 422],
    ['username=ada%00&password=x', 422],
  ])('is never a bug of ours: %s', async (body, status) => {
    const answer = await postLogin(body)

    expect(answer.status).toBe(status)
  })

  test.each(['name[]=Eve', 'name[k]=Eve', 'name%5B%5D=Eve'])(
    'is refused with an array or an object, also where fields may be missing: %s',
    async (body) => {
      const { browser } = await register(site)
      const _csrf = await browser.takeToken('/account')

      const answer = await browser.post('/account', `_csrf=${encodeURIComponent(_csrf)}&${body}`)

      expect(answer.status).toBe(400)
    },
  )

  test('keeps what was typed with a percent sign, a plus and letters of any script', async () => {
    const typed = '100% + ж & <ü> = "ok"'

    const answer = await postLogin(`username=${encodeURIComponent(typed)}&password=x`)

    expect(readField(answer.text, '/login', 'username')).toBe(typed)
  })

  test('reads a broken URL as 400 or 404', async () => {
    const answers = await Promise.all(
      ['/%E0%A4%A', '/account/devices/%/revoke', '/%00'].map((path) => site.browse().visit(path)),
    )

    for (const { status } of answers) expect([400, 404]).toContain(status)
  })

  test('may be missing: then it is a form without a token', async () => {
    const answer = await site.browse().ask('post', '/logout')

    expect([303, 403]).toContain(answer.status)
  })

  test.each(['next[]=/a', 'next=/a&next=/b', 'next[k]=v', '__proto__=x'])(
    'does not matter in a URL that is odd: %s',
    async (query) => {
      const answer = await site.browse().visit(`/login?${query}`)

      expect(answer.status).toBe(200)
    },
  )
})

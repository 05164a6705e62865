import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loginUrl, safeNext } from '../../src/auth/next.ts'

const ORIGIN = 'https://app.example'

describe('safeNext', () => {
  test.each([
    ['/', '/'],
    ['/dashboard', '/dashboard'],
    ['/account/devices?page=2&sort=last', '/account/devices?page=2&sort=last'],
    ['/search?q=//evil.example', '/search?q=//evil.example'],
    ['/a//b', '/a//b'],
    ['/a/../b', '/b'],
    ['/%2F%2Fevil.example', '/%2F%2Fevil.example'],
    ['/%5Cevil.example', '/%5Cevil.example'],
    ['/@evil.example', '/@evil.example'],
    ['/profil/é', '/profil/%C3%A9'],
    ['/page#part', '/page'],
    [`/${'a'.repeat(2047)}`, `/${'a'.repeat(2047)}`],
  ])('leads on to %s', (next, path) => {
    expect(safeNext(next, ORIGIN)).toBe(path)
  })

  test.each([
    '',
    'dashboard',
    '?q=1',
    '#part',
    ' /dashboard',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/dashboard\\..\\..',
    '/.//evil.example',
    '/..//evil.example',
    '/a/..//evil.example',
    '/%2e//evil.example',
    '/%2E%2E//evil.example',
    '/./\t/evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    '/\r/evil.example',
    '/\u0000',
    '/\u007f',
    '/\u0085/evil.example',
    '/dashboard\r\nSet-Cookie: a=b',
    '\t//evil.example',
    'https://app.example/dashboard',
    'https://app.example.evil.example/',
    'https:evil.example',
    'http://evil.example',
    'javascript:alert(1)',
    'data:text/html,hello',
    `/${'a'.repeat(2048)}`,
  ])('refuses %j', (next) => {
    expect(safeNext(next, ORIGIN)).toBe(null)
  })

  test.each([
    [undefined],
    [null],
    [7],
    [['/dashboard']],
    [['/dashboard', '/account']],
    [{ path: '/dashboard' }],
    [new URL('/dashboard', ORIGIN)],
  ])('refuses what is no text: %j', (next) => {
    expect(safeNext(next, ORIGIN)).toBe(null)
  })

  test('never leaves the site, whatever it is given', () => {
    fc.assert(
      fc.property(hostile, (next) => {
        const path = safeNext(next, ORIGIN)
        return path === null || (stays(path) && safeNext(path, ORIGIN) === path)
      }),
      { numRuns: 5000 },
    )
  })
})

// Texts of the pieces that browsers read in ways of their own, and texts of anything.
const hostile = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2e',
        '%2f',
        '\t',
        '\n',
        '@',
        ':',
        '?',
        '#',
        'a',
        'evil.example',
        'https:',
      ),
      { maxLength: 8 },
    )
    .map((pieces) => `/${pieces.join('')}`),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
)

// As a browser would resolve it, at any page of ours, and as it stands in a Location header.
function stays(path: string): boolean {
  const bases = [`${ORIGIN}/`, `${ORIGIN}/account/devices?page=2`]
  const isPlain = /^\/(?!\/)[\x21-\x7e]*$/.test(path)
  return isPlain && bases.every((base) => new URL(path, base).origin === ORIGIN)
}

describe('loginUrl', () => {
  test('replaces a way back that the login view has already', () => {
    expect(loginUrl('/login?next=%2Fold&a=b', '/new')).toBe('/login?next=%2Fnew&a=b')
  })

  test('leaves out a way back that would make a URL too long to be followed', () => {
    const url = `/new?q=${'/'.repeat(2100)}`

    expect(loginUrl('/login?a=b', url)).toBe('/login?a=b')
  })

  test('keeps the fragment last', () => {
    expect(loginUrl('/login#form', '/new')).toBe('/login?next=%2Fnew#form')
  })
})

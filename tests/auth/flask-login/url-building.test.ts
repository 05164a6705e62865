import { describe, expect, test } from 'vitest'
import { loginUrl, makeNextParam } from '../../../src/auth/next.ts'
import { createLoginApp } from '../support/login-app.ts'

describe('makeNextParam', () => {
  test('133. gives the path alone for a relative login view', () => {
    expect(makeNextParam('/login', 'http://localhost/profile')).toBe('/profile')
  })

  test('134. gives the whole URL for another scheme', () => {
    expect(makeNextParam('https://localhost/login', 'http://localhost/profile')).toBe(
      'http://localhost/profile',
    )
  })

  test('135. gives the whole URL for another host', () => {
    expect(makeNextParam('http://accounts.localhost/login', 'http://localhost/profile')).toBe(
      'http://localhost/profile',
    )
  })
})

describe('loginUrl', () => {
  const here = 'http://localhost/protected'

  test('136. uses another field when told to', () => {
    expect(loginUrl('/login', here, 'n')).toBe('/login?n=%2Fprotected')
  })

  test('137. uses the field next', () => {
    expect(loginUrl('/login', here)).toBe('/login?next=%2Fprotected')
  })

  test('138. names the whole way back for a login view on another host', () => {
    expect(loginUrl('https://auth.localhost/login', here)).toBe(
      'https://auth.localhost/login?next=http%3A%2F%2Flocalhost%2Fprotected',
    )
  })

  test('139. keeps the query that the login view has', () => {
    expect(loginUrl('/login?affil=cgnu', here)).toBe('/login?affil=cgnu&next=%2Fprotected')
  })

  test('140. has no names of endpoints to resolve: Express routes have paths, and a guard uses its own', async () => {
    const { browse } = createLoginApp({ options: { loginView: '/login' } })

    expect((await browse().get('/secret')).headers.location).toBe(loginUrl('/login', '/secret'))
    expect(loginUrl('/login', '/protected')).toBe('/login?next=%2Fprotected')
  })

  test('141. leaves the login view as it is when there is no way back', () => {
    expect(loginUrl('/login', null)).toBe('/login')
  })
})

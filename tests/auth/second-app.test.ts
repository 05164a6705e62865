import { readFileSync } from 'node:fs'
import express, { type Express } from 'express'
import session from 'express-session'
import { describe, expect, test } from 'vitest'
import { createLoginManager } from '../../src/auth/login-manager.ts'
import { systemClock } from '../../src/clock.ts'
import { openBrowser } from './support/browser.ts'

/** The program that docs/auth.md shows. */
function createDocumentedApp(): Express {
  const page = readFileSync(new URL('../../docs/auth.md', import.meta.url), 'utf8')
  const shown = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const program = shown.replace(/^import .*$/gm, '')
  const imported = { express, session, createLoginManager }
  const run = new Function(...Object.keys(imported), `${program}\nreturn app`)
  return run(...Object.values(imported))
}

describe('the application in docs/auth.md', () => {
  test('has sessions, a protected page and remember-me from the login manager alone', async () => {
    const browser = openBrowser(createDocumentedApp(), systemClock)
    const submit = (path: string, fields = {}) =>
      browser.post(path, String(new URLSearchParams(fields)))
    const ada = { id: 'ada', password: 'analytical engine', remember: 'on' }

    const visitor = await browser.get('/protected')
    expect(visitor.headers.location).toBe('/login?next=%2Fprotected')
    expect((await submit('/login', { ...ada, password: 'wrong' })).status).toBe(422)
    expect((await submit('/login', ada)).headers.location).toBe('/protected')
    expect((await browser.get('/protected')).text).toBe('Hello ada')

    browser.loseSession()
    expect((await browser.get('/protected')).text).toBe('Hello ada')

    await submit('/logout')
    expect((await browser.get('/protected')).status).toBe(302)
  })
})

import express from 'express'
import { MemoryStore } from 'express-session'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { createSessions, saveThenRedirect } from '../../src/auth/express-session.ts'
import { createSignedCookies } from '../../src/http/signed-cookies.ts'

const secrets = ['a secret that only the tests know of']

/** A store that takes its time, as one over a network does. */
class SlowStore extends MemoryStore {
  saved = 0
  fails = false

  override set(...[id, session, done]: Parameters<MemoryStore['set']>): void {
    setTimeout(() => {
      if (this.fails) return done?.(new Error('The store is away'))
      this.saved += 1
      super.set(id, session, done)
    }, 50)
  }
}

function createSite({ isSecure = false } = {}) {
  const store = new SlowStore()
  const cookies = createSignedCookies({ secrets, isSecure })
  const savedAtRedirect: number[] = []
  const app = express()
  app.use(createSessions({ store, cookie: cookies.session }))
  app.post('/next', (req, res) => {
    req.session.next = '/here'
    const { redirect } = res
    Object.assign(res, {
      redirect(...words: Parameters<typeof redirect>) {
        savedAtRedirect.push(store.saved)
        return redirect.apply(res, words)
      },
    })
    return saveThenRedirect(req, res, 303, '/')
  })
  app.post('/nothing', (req, res) => saveThenRedirect(req, res, 303, '/'))
  app.use((_error: Error, _req: unknown, res: express.Response, _next: unknown) => {
    res.sendStatus(500)
  })
  return { app, store, savedAtRedirect }
}

describe('saveThenRedirect', () => {
  test('sends no visitor on before the session is stored', async () => {
    const { app, savedAtRedirect } = createSite()

    const answer = await request(app).post('/next')

    expect([answer.status, answer.headers.location]).toEqual([303, '/'])
    expect(savedAtRedirect).toEqual([1])
  })

  test('sends no visitor on when the store fails', async () => {
    const { app, store, savedAtRedirect } = createSite()
    store.fails = true

    const answer = await request(app).post('/next')

    expect(answer.status).toBe(500)
    expect(savedAtRedirect).toEqual([])
  })

  test('stores no session that has nothing in it', async () => {
    const { app, store } = createSite()

    const answer = await request(app).post('/nothing')

    expect([answer.status, store.saved]).toEqual([303, 0])
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })
})

describe('a session cookie', () => {
  test('is Secure by APP_URL alone, whatever a header says about the connection', async () => {
    const plain = await request(createSite().app).post('/next').set('X-Forwarded-Proto', 'https')
    const secure = await request(createSite({ isSecure: true }).app).post('/next')

    expect(plain.headers['set-cookie']?.[0]).toMatch(/^session=/)
    expect(plain.headers['set-cookie']?.[0]).not.toContain('Secure')
    expect(secure.headers['set-cookie']?.[0]).toMatch(/^__Host-session=.*; Secure/)
  })

  test('that we did not sign is left alone', async () => {
    const answer = await request(createSite().app).post('/nothing').set('Cookie', 'session=s%3Aa.b')

    expect(answer.headers).not.toHaveProperty('set-cookie')
  })
})

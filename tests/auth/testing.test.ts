import request from 'supertest'
import { describe, expect, test } from 'vitest'
import type { LogInOptions } from '../../src/auth/login.ts'
import { loginAs } from '../../src/auth/testing.ts'
import { createLoginApp, type LoginAppSettings } from './support/login-app.ts'
import type { Person } from './support/people.ts'

async function visitAs(id: string, asked: LogInOptions = {}, settings: LoginAppSettings = {}) {
  const { app, manager: auth, openSession: sessions, people } = createLoginApp(settings)
  const client = request.agent(app).set('User-Agent', 'Firefox')
  await loginAs(client, people.get(id) as Person, { auth, sessions, ...asked })
  return (await client.get('/who')).body
}

describe('loginAs', () => {
  test('logs a client in as the form does', async () => {
    expect(await visitAs('2')).toMatchObject({ name: 'Steve', isFresh: true, isRemembered: false })
  })

  test('takes the options of logIn', async () => {
    const visit = await visitAs('2', { fresh: false, remember: true })

    expect(visit).toMatchObject({ name: 'Steve', isFresh: false, isRemembered: true })
  })

  test('lets the client have any name under session protection', async () => {
    const settings = { options: { sessionProtection: 'strong' as const } }

    expect(await visitAs('2', {}, settings)).toMatchObject({ name: 'Steve', isFresh: true })
  })

  test('refuses an inactive user', async () => {
    await expect(visitAs('3')).rejects.toThrow('The user was not logged in, the answer was 403')
  })

  test('gives a client without a jar the cookies', async () => {
    const { app, manager: auth, openSession: sessions, people } = createLoginApp()
    const [cookie = ''] = await loginAs(null, people.get('2') as Person, { auth, sessions })

    const { body } = await request(app).get('/who').set('Cookie', cookie)

    expect(body).toMatchObject({ name: 'Steve' })
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from './support/app.ts'

const site = await openTestApp()
afterAll(site.close)

describe('a site without registrations', () => {
  test('has no account, also none that programs come with', async () => {
    const statuses = []
    for (const name of ['admin', 'administrator', 'root', 'test', 'user', 'guest']) {
      const fields = { username: name, password: name }
      statuses.push((await site.browse().submit('/login', fields)).status)
    }

    expect(await site.database.user.count()).toBe(0)
    expect(new Set(statuses)).toEqual(new Set([422]))
  })
})

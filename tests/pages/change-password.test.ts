import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'

const site = await openTestApp()
afterAll(site.close)

describe('GET /.well-known/change-password', () => {
  test('shows password managers the way', async () => {
    const answer = await site.browse().visit('/.well-known/change-password')

    expect([answer.status, answer.headers.location]).toEqual([302, '/account/password'])
  })
})

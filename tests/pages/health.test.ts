import { afterAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'

const site = await openTestApp()
afterAll(site.close)

describe.each(['/healthz', '/readyz'])('GET %s', (path) => {
  test('says ok, to HEAD too', async () => {
    const get = await site.browse().visit(path)
    const head = await site.browse().ask('head', path)

    expect([get.status, get.text]).toEqual([200, 'ok'])
    expect(head.status).toBe(200)
  })

  test('takes no other method', async () => {
    const answer = await site.browse().post(path)

    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})

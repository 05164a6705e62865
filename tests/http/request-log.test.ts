import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { hashesAtOnce } from '../../src/accounts/hash-queue.ts'
import { seconds } from '../../src/durations.ts'
import { FORM } from '../support/browser.ts'
import { heldWork } from '../support/held-work.ts'
import { openServedApp } from '../support/served-app.ts'
import { PASSWORD, register } from '../support/users.ts'

// One hash takes long enough for a client to leave in the middle of it.
const site = await openServedApp({ BCRYPT_COST: '12' })
afterAll(site.close)

const HEAD = `HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM}\r\n`

/** Writes a request by hand; returns how to break its connection. */
async function begin(words: string): Promise<() => void> {
  const begun = once(site.server, 'request') as Promise<[IncomingMessage]>
  const socket = connect(site.port, '127.0.0.1')
  socket.on('error', () => {}).write(words)
  const [{ socket: served }] = await begun
  return () => void served.destroy()
}

const linesOf = (path: string) =>
  site.logged.filter((line) => line.path === path && line.took !== undefined)

describe('the log line of an aborted request', () => {
  test('says what was done for it all the same', async () => {
    const { username, password } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    const body = String(new URLSearchParams({ username, password, _csrf }))
    const cookie = `csrf=${browser.valueOf('csrf')}`
    site.logged.length = 0
    site.statements.length = 0

    const breakOff = await begin(
      `POST /login ${HEAD}Cookie: ${cookie}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    const isHashing = () => site.statements.some((sql) => sql.includes('passwordHash'))
    await vi.waitUntil(isHashing, { interval: 5, timeout: seconds(5) })
    // The statement is heard of when it is sent: a client that leaves before its answer has nothing hashed.
    await setTimeout(100)
    breakOff()

    await vi.waitFor(() => expect(linesOf('/login')).toHaveLength(1), seconds(5))
    const { userId } = await site.database.session.findFirstOrThrow({
      orderBy: { createdAt: 'desc' },
    })
    expect(linesOf('/login')).toMatchObject([
      {
        msg: 'aborted',
        userId,
        method: 'POST',
        status: 303,
        took: expect.any(Number),
        requestId: expect.any(String),
        ip: '127.0.0.1',
      },
    ])
  })

  test('is written at once when the client leaves while it waits to hash', async () => {
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    const body = String(new URLSearchParams({ username: 'ada', password: PASSWORD, _csrf }))
    const cookie = `csrf=${browser.valueOf('csrf')}`
    const { work, endNext } = heldWork()
    const held = Array.from({ length: hashesAtOnce() }, () => site.services.hashQueue.run(work('')))
    site.logged.length = 0
    site.statements.length = 0

    const breakOff = await begin(
      `POST /login ${HEAD}Cookie: ${cookie}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await vi.waitUntil(() => site.statements.length > 0, { interval: 5, timeout: seconds(5) })
    breakOff()

    await vi.waitFor(() => expect(linesOf('/login')).toHaveLength(1), seconds(2))
    for (const _ of held) endNext()
    await Promise.all(held)
    expect(linesOf('/login')).toMatchObject([{ msg: 'aborted' }])
  })

  test('is written once', async () => {
    const breakOff = await begin(`POST /register ${HEAD}Content-Length: 9\r\n\r\na=`)

    breakOff()

    await vi.waitFor(() => expect(linesOf('/register')).toHaveLength(1), seconds(5))
    await setTimeout(100)
    expect(linesOf('/register')).toMatchObject([{ msg: 'aborted' }])
  })
})

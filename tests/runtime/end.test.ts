import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { drain } from '../../src/runtime/end.ts'
import { openServedApp } from '../support/served-app.ts'

async function serve() {
  const site = await openServedApp()
  onTestFinished(site.close)
  const begin = async (words: string) => {
    const begun = once(site.server, 'request')
    const socket = connect(site.port, '127.0.0.1')
    socket.write(words)
    await begun
    return { heard: text(socket.on('error', () => {})).catch(() => '') }
  }
  return { ...site, begin }
}

describe('drain', () => {
  test('cuts off a request that takes too long', async () => {
    const { server, begin } = await serve()
    const { heard } = await begin(
      'POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\na',
    )

    await drain(server, 100)

    expect(await heard).toBe('')
  })

  test('waits for no further request on a connection that was answered', async () => {
    const { server, begin } = await serve()
    const { heard } = await begin('GET / HTTP/1.1\r\nHost: a\r\n\r\n')

    await drain(server, minutes(10))

    expect(await heard).toMatch(/^HTTP\/1\.1 200 /)
  })
})

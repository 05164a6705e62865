import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openServedApp } from '../support/served-app.ts'
import { readStatus } from '../support/wire-words.ts'

// Not every system lets a client choose among all of 127.0.0.0/8.
describe.skipIf(process.platform === 'darwin')('2,000 half-open requests of one client', () => {
  test('shut out no other client', async () => {
    const site = await openServedApp()
    onTestFinished(site.close)
    const open = async (localAddress: string, words: string) => {
      const socket = connect({ port: site.port, host: '127.0.0.1', localAddress })
      socket.on('error', () => {})
      onTestFinished(() => void socket.destroy())
      await once(socket, 'connect')
      socket.write(words)
      return socket
    }
    const half = () => open('127.0.0.1', 'GET / HTTP/1.1\r\nHost: a\r\n')
    await Promise.all(Array.from({ length: 2_000 }, half))

    const rest = 'Host: a\r\nConnection: close\r\n\r\n'
    const other = await open('127.0.0.2', `GET /healthz HTTP/1.1\r\n${rest}`)

    expect(readStatus(await text(other).catch(() => ''))).toBe(200)
  })
})

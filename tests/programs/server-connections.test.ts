import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { openPlace } from './support/server.ts'

const place = await openPlace()
afterAll(place.leave)

vi.setConfig({ testTimeout: minutes(1) })

/** How many of five connections that send nothing the server keeps. */
async function countKept(variables: Record<string, string>): Promise<number> {
  const server = await place.start({ CONNECTIONS_PER_NETWORK: '3', ...variables })
  const port = Number(new URL(server.url).port)
  const sockets: Socket[] = []
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy()
    await server.end('SIGTERM')
  })
  for (let count = 0; count < 5; count++) {
    const socket = connect(port, '127.0.0.1')
      .on('error', () => {})
      .resume()
    sockets.push(socket)
    await once(socket, 'connect')
  }
  const isOpen = (socket: Socket) => !socket.destroyed && !socket.readableEnded
  await setTimeout(500)
  return sockets.filter(isOpen).length
}

describe('CONNECTIONS_PER_NETWORK', () => {
  test('bounds the connections of one network', async () => {
    expect(await countKept({})).toBe(3)
  })

  test('does not bound those of a proxy, which belong to many networks', async () => {
    expect(await countKept({ TRUST_PROXY: '1' })).toBe(5)
  })
})

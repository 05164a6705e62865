import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { drain, endOnSignals } from '../../src/runtime/end.ts'
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

test('an end that does not come kills the process ten seconds after the first signal', () => {
  vi.useFakeTimers()
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
  const before = new Set(process.listeners('SIGTERM'))
  onTestFinished(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      for (const listener of process.listeners(signal))
        if (!before.has(listener)) process.off(signal, listener)
  })
  endOnSignals(() => new Promise(() => {}))

  process.emit('SIGTERM')
  vi.advanceTimersByTime(seconds(10) - 1)
  const early = kill.mock.calls.length
  vi.advanceTimersByTime(1)

  expect(early).toBe(0)
  expect(kill.mock.calls).toEqual([[process.pid, 'SIGKILL']])
})

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

  test('waits for no connection on which nothing has come, as browsers open them ahead', async () => {
    const { server, port } = await serve()
    const socket = connect(port, '127.0.0.1')
    await once(server, 'connection')

    await drain(server, minutes(10))

    expect(await text(socket)).toBe('')
  })
})

import { afterAll, describe, expect, test } from 'vitest'
import { findFreePort } from '../support/free-port.ts'
import { openPlace, type Server } from './support/server.ts'

const place = await openPlace()
afterAll(place.leave)

async function readHome(server: Server, times: number) {
  for (let time = 0; time < times; time++)
    await fetch(server.url, { headers: { Connection: 'close' } })
}

describe('METRICS_PORT', () => {
  test('gives one answer for two processes, on a port of its own, and does not hinder the end', async () => {
    const port = await findFreePort()
    const server = await place.start({ WEB_CONCURRENCY: '2', METRICS_PORT: String(port) })
    await readHome(server, 20)

    const answers = await Promise.all(
      [0, 1].map(async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()),
    )
    const onPages = await fetch(`${server.url}/metrics`)
    const served = new Set(server.log.filter(({ msg }) => msg === 'answered').map(({ pid }) => pid))
    const { code } = await server.end('SIGTERM')

    expect(server.lines).toContain(`Metrics: http://127.0.0.1:${port}/metrics`)
    const count = 'http_requests_total{method="GET",route="/",status="200"} 20'
    for (const answer of answers) expect(answer.split('\n')).toContain(count)
    expect(served.size).toBe(2)
    expect(onPages.status).toBe(404)
    expect(code).toBe(0)
  })

  test('that is taken stops the start, in one line', async () => {
    const port = String(new URL((await place.start()).url).port)

    const { code, stderr } = await place.fail({ WEB_CONCURRENCY: '2', METRICS_PORT: port })

    expect(code).toBe(1)
    expect(stderr).toBe(
      `METRICS_PORT ${port} is taken by another program. For example: METRICS_PORT=${Number(port) + 1}\n`,
    )
  })

  test('is off by default', async () => {
    const server = await place.start()

    expect(server.lines.filter((line) => line.startsWith('Metrics'))).toEqual([])
    expect((await fetch(`${server.url}/metrics`)).status).toBe(404)
  })
})

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { openTestApp, type TestApp } from './app.ts'
import { Browser } from './browser.ts'

/** Takes environment variables; opens the application behind a port of its own, on which requests really meet. */
export async function openServedApp(variables: Record<string, string> = {}): Promise<TestApp> {
  const site = await openTestApp(variables)
  const server = site.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    ...site,
    browse: () => new Browser(url, site.clock.now),
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await site.close()
    },
  }
}

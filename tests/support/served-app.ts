import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHttpServer, type ServerOptions } from '../../src/http/http-server.ts'
import { logRefusal } from '../../src/runtime/security-log.ts'
import { openTestApp, type TestApp } from './app.ts'
import { Browser } from './browser.ts'

export type ServedApp = TestApp & { port: number; server: Server }

/** The application behind a server with the limits of the real one, or others, on which requests really meet. */
export async function openServedApp(
  variables: Record<string, string> = {},
  limits: Partial<ServerOptions['limits']> = {},
): Promise<ServedApp> {
  const site = await openTestApp(variables)
  const server = createHttpServer(site.app, {
    hsts: site.settings.hsts,
    isBehindProxy: site.settings.trustedProxies > 0,
    limits: {
      keepAliveTimeout: site.settings.keepAlive,
      connectionsPerNetwork: site.settings.connectionsPerNetwork,
      ...limits,
    },
    report: (refusal) => logRefusal(site.log, refusal),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    ...site,
    port,
    server,
    browse: () => new Browser(`http://127.0.0.1:${port}`, site.clock.now),
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      await site.close()
    },
  }
}

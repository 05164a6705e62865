import { createServer, IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Express, Request, Response } from 'express'
import { seconds } from '../durations.ts'
import { answerClientErrors, type Refusal } from './client-errors.ts'
import { answerInTurn, letSilentBeIdle, limitConnections } from './connections.ts'
import { keepPath } from './odd-requests.ts'
import { type Hsts, listSecurityHeaders } from './security-headers.ts'

/** How long a client may take and how many there may be: a slow one holds a connection only so long. */
export const LIMITS = {
  headersTimeout: seconds(10),
  requestTimeout: seconds(30),
  /** While a request is open and nothing moves, as when the client does not read its answer. */
  idleTimeout: seconds(60),
  lingerTimeout: seconds(1),
  connectionsCheckingInterval: seconds(5),
  maxHeaderSize: 16 * 1024,
  maxConnections: 2_000,
  /** Of one connection: browsers and proxies wait for each answer. */
  maxUnanswered: 8,
}

/** What the operator sets. */
type OwnLimits = {
  /** How long a connection may wait for its next request. */
  keepAliveTimeout: number
  connectionsPerNetwork: number
}

export type ServerOptions = {
  hsts: Hsts
  /** Behind a proxy the connections are the proxy's: `limitRequests` counts in their place. */
  isBehindProxy: boolean
  limits: OwnLimits & Partial<typeof LIMITS>
  report: (refusal: Refusal) => void
}

/** The server of an application, listening nowhere yet, whose every answer has the same headers. */
export function createHttpServer(app: Express, options: ServerOptions): Server {
  const { hsts, isBehindProxy, report } = options
  const limits = { ...LIMITS, ...options.limits }
  const headers = listSecurityHeaders(hsts)
  const work = (req: IncomingMessage, res: ServerResponse) => {
    keepPath(req)
    app(req as Request, res as Response, () => giveUp(res, headers))
  }
  const answer = answerInTurn(work, limits.maxUnanswered, report)
  // A request without a host is answered by the application: Node's own answer has no headers.
  const server = createServer({ ...limits, ...makeClasses(app), requireHostHeader: false }, answer)
  server.on('checkExpectation', answer)
  server.maxConnections = limits.maxConnections
  server.timeout = limits.idleTimeout
  letSilentBeIdle(server)
  if (!isBehindProxy) limitConnections(server, limits.connectionsPerNetwork, report)
  answerClientErrors(server, { headers, report, lingerTimeout: limits.lingerTimeout })
  return server
}

// Express gives each request and response the prototypes of its application, which is slow unless they are
// made with them.
function makeClasses(app: Express) {
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  Object.setPrototypeOf(AppRequest.prototype, app.request)
  Object.defineProperty(AppRequest.prototype, 'upgrade', STOPS_WITH_ITS_CONNECTION)
  Object.setPrototypeOf(AppResponse.prototype, app.response)
  Object.assign(app, { request: AppRequest.prototype, response: AppResponse.prototype })
  return { IncomingMessage: AppRequest, ServerResponse: AppResponse }
}

// Node goes on parsing what came in one piece with the request at which we hung up, thousands of requests at
// times. It stops at one that asks for another protocol.
const STOPS_WITH_ITS_CONNECTION: PropertyDescriptor &
  ThisType<IncomingMessage & { asks?: boolean }> = {
  get() {
    return this.asks || this.socket.destroyed
  },
  set(asks: boolean) {
    this.asks = asks
  },
}

// Reached when even the error page fails, or half of an answer is out. Express's own last answer has
// another policy and may be cached.
function giveUp(res: ServerResponse, headers: Record<string, string>): void {
  if (res.headersSent) res.destroy()
  else res.writeHead(500, { ...headers, 'Content-Type': 'text/plain' }).end('Something went wrong')
}

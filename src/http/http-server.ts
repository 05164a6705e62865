import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Express, Request, Response } from 'express'
import { seconds } from '../durations.ts'
import { answerClientErrors, type ClientErrorSettings } from './client-errors.ts'
import { keepPath } from './odd-requests.ts'
import { listSecurityHeaders } from './security-headers.ts'

/** Bounds on how long somebody may take to say what they want and to hear the answer, and on how many may at once: a slow client costs a connection only so long. */
export const LIMITS = {
  headersTimeout: seconds(10),
  requestTimeout: seconds(30),
  keepAliveTimeout: seconds(5),
  /** How long nothing at all may move, as when somebody does not read their answer. */
  idleTimeout: seconds(60),
  lingerTimeout: seconds(1),
  connectionsCheckingInterval: seconds(5),
  maxHeaderSize: 16 * 1024,
  maxConnections: 2_000,
}

export type ServerSettings = {
  /** Whether browsers reach us over TLS. */
  isSecure: boolean
  limits?: typeof LIMITS
  report: ClientErrorSettings['report']
}

/** Takes the application; returns the server for it, listening nowhere yet, whose every answer has the same headers. */
export function createHttpServer(app: Express, settings: ServerSettings): Server {
  const { isSecure, limits = LIMITS, report } = settings
  const headers = listSecurityHeaders(isSecure)
  const answer = (req: IncomingMessage, res: ServerResponse) => {
    keepPath(req)
    app(req as Request, res as Response, () => giveUp(res, headers))
  }
  // Whoever names no host is answered by the application: Node's own answer has no headers.
  const server = createServer({ ...limits, requireHostHeader: false }, answer)
  server.on('checkExpectation', answer)
  server.maxConnections = limits.maxConnections
  server.timeout = limits.idleTimeout
  answerClientErrors(server, { headers, report, lingerTimeout: limits.lingerTimeout })
  return server
}

// Reached when even the error page fails, or half of an answer is out. Express's own last answer has
// another policy, and no word against caching.
function giveUp(res: ServerResponse, headers: Record<string, string>): void {
  if (res.headersSent) res.destroy()
  else res.writeHead(500, { ...headers, 'Content-Type': 'text/plain' }).end('Something went wrong')
}

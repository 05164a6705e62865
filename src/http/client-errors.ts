import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { parseIp } from './network.ts'

const STATUSES: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

/** What never became a request for Express and its log; without a status it got no answer. */
export type Refusal = { ip: string | null; code: string; status?: number }

const ANSWER = Symbol('latest answer')

type AnsweringSocket = Duplex & { [ANSWER]?: ServerResponse }

type ClientErrorOptions = {
  headers: Record<string, string>
  /** How long a refused client may take to read why, in ms. */
  lingerTimeout: number
  report: (refusal: Refusal) => void
}

/** Answers what Node refuses before there is a request for Express. */
export function answerClientErrors(server: Server, options: ClientErrorOptions): void {
  const { headers, lingerTimeout, report } = options
  server.on('request', ({ socket }: { socket: AnsweringSocket }, res) => {
    socket[ANSWER] = res
  })

  const refuse = (socket: Duplex, status: number, code: string, more = {}) => {
    report({ status, code, ip: ipOf(socket) })
    hangUp(socket, writeAnswer(status, { ...headers, ...more }), lingerTimeout)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: AnsweringSocket) => {
    const code = error.code ?? ''
    if (code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy()
    } else refuse(socket, STATUSES[code] ?? 400, code)
  })
  // Without a listener Node hangs up on CONNECT without an answer.
  server.on('connect', (_req, socket: Duplex) =>
    refuse(socket, 405, 'CONNECT', { Allow: 'GET, HEAD, POST' }),
  )
}

function ipOf(socket: Duplex): string | null {
  return 'remoteAddress' in socket ? parseIp(String(socket.remoteAddress)) : null
}

// Anything written now would be read as part of that answer, or in its place.
function isAnswering(socket: AnsweringSocket): boolean {
  const res = socket[ANSWER]
  return res !== undefined && !res.writableFinished && (res.headersSent || res.req.complete)
}

function writeAnswer(status: number, headers: Record<string, string>): string {
  const text = `${status} ${STATUS_CODES[status]}`
  const lines = Object.entries({
    ...headers,
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': text.length,
    Connection: 'close',
  }).map(([name, value]) => `${name}: ${value}`)
  return `HTTP/1.1 ${text}\r\n${lines.join('\r\n')}\r\n\r\n${text}`
}

// Destroyed at once, a client that is still sending would lose the answer; left alone, one that never
// closes its end would keep the connection.
function hangUp(socket: Duplex, lastWords: string, lingerTimeout: number): void {
  socket.end(lastWords)
  setTimeout(() => socket.destroy(), lingerTimeout).unref()
}

import { type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

const STATUSES: Record<string, number> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

export type ClientErrorSettings = {
  headers: Record<string, string>
  /** How long somebody who was refused may take to hear it, in ms. */
  lingerTimeout: number
  /** Told of each answer, as Express and its log never hear of it. */
  report: (refusal: { status: number; code: string; ip: string | undefined }) => void
}

/** Takes a server, and the headers of every answer; answers what Node refuses before there is a request for Express. */
export function answerClientErrors(server: Server, settings: ClientErrorSettings): void {
  const { headers, lingerTimeout, report } = settings
  const answers = new WeakMap<Duplex, ServerResponse>()
  server.on('request', (req, res) => answers.set(req.socket, res))

  const refuse = (socket: Duplex, status: number, code: string, more = {}) => {
    report({
      status,
      code,
      ip: 'remoteAddress' in socket ? String(socket.remoteAddress) : undefined,
    })
    hangUp(socket, writeAnswer(status, { ...headers, ...more }), lingerTimeout)
  }
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    const code = error.code ?? ''
    if (code === 'ECONNRESET' || !socket.writable || isAnswering(answers.get(socket))) {
      socket.destroy()
    } else refuse(socket, STATUSES[code] ?? 400, code)
  })
  // Without a listener Node hangs up on it, and says nothing.
  server.on('connect', (_req, socket: Duplex) =>
    refuse(socket, 405, 'CONNECT', { Allow: 'GET, HEAD, POST' }),
  )
}

// Whatever were written now would be read as part of that answer, or in its place.
function isAnswering(res: ServerResponse | undefined): boolean {
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

// Not at once, as the answer would be lost on whoever is still sending. Not never: whoever keeps their
// end open would keep the connection, and with a few thousand of them everybody else out.
function hangUp(socket: Duplex, lastWords: string, lingerTimeout: number): void {
  socket.end(lastWords)
  setTimeout(() => socket.destroy(), lingerTimeout).unref()
}

import type { Server } from 'node:http'
import type { Duplex } from 'node:stream'

const STATUSES: Record<string, string> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
}

// What Node refuses before there is a request never meets Express, nor its headers.
const HEADERS = [
  "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  'X-Content-Type-Options: nosniff',
  'X-Frame-Options: DENY',
  'Referrer-Policy: same-origin',
  'Cross-Origin-Opener-Policy: same-origin',
  'Cross-Origin-Resource-Policy: same-origin',
  'Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'Cache-Control: no-store',
  'Content-Type: text/plain; charset=utf-8',
  'Origin-Agent-Cluster: ?1',
  'X-DNS-Prefetch-Control: off',
  'X-Download-Options: noopen',
  'X-Permitted-Cross-Domain-Policies: none',
  'X-XSS-Protection: 0',
  'Connection: close',
]

/** Takes a server and whether browsers reach it over TLS; answers requests that cannot even be parsed, headers and all. */
export function answerClientErrors(server: Server, isSecure: boolean): void {
  const hsts = isSecure ? ['Strict-Transport-Security: max-age=63072000; includeSubDomains'] : []
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const status = STATUSES[error.code ?? ''] ?? '400 Bad Request'
    const head = [`HTTP/1.1 ${status}`, ...HEADERS, ...hsts, `Content-Length: ${status.length}`]
    socket.end(`${head.join('\r\n')}\r\n\r\n${status}`)
  })
}

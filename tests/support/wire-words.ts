import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** Sends bytes that need not be HTTP, and gives the whole answer once the server has hung up. */
export async function say(port: number, words: string | Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(words)
  return text(socket)
}

/** Names in lower case. */
export function readHeaders(answer: string): Record<string, string> {
  const [, ...lines] = (answer.split('\r\n\r\n')[0] ?? '').split('\r\n')
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf(': ')
      return [line.slice(0, at).toLowerCase(), line.slice(at + 2)]
    }),
  )
}

export function readStatus(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3}) /.exec(answer)?.[1])
}

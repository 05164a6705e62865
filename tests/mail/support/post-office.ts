import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { onTestFinished } from 'vitest'
import { type ReceivedMail, readMail } from './read-mail.ts'

export type Delivery = { from: string; to: string[]; mail: ReceivedMail }

export type PostOffice = {
  url: string
  port: number
  received: Delivery[]
  close: () => Promise<void>
}

/** Opens a real SMTP server on this machine until the test is over; say only how it differs from one that takes every mail. */
export async function openPostOffice({
  port = 0,
  ...options
}: SMTPServerOptions & { port?: number } = {}): Promise<PostOffice> {
  const received: Delivery[] = []
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    disableReverseLookup: true,
    onData: (stream, { envelope }, done) => {
      text(stream).then((raw) => {
        const from = envelope.mailFrom ? envelope.mailFrom.address : ''
        const to = envelope.rcptTo.map(({ address }) => address)
        received.push({ from, to, mail: readMail(raw) })
        done()
      }, done)
    },
    ...options,
  })
  // A client that hangs up is no failure of the server's.
  server.on('error', () => {})
  const listening = server.listen(port, '127.0.0.1')
  await once(listening, 'listening')
  const close = () => new Promise<void>((done) => server.close(() => done()))
  onTestFinished(close)
  return { received, ...addressOf(listening), close }
}

/** The error that makes the server answer with this reply. */
export function reply(responseCode: number, words: string): Error {
  return Object.assign(new Error(words), { responseCode })
}

/** Opens a server that takes connections and never says a word, until the test is over. */
export async function openSilence(): Promise<{ url: string; called: Promise<unknown> }> {
  const sockets: { destroy: () => void }[] = []
  const server = createServer(
    { allowHalfOpen: true },
    (socket) => void sockets.push(socket.on('error', () => {})),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { ...addressOf(server), called: once(server, 'connection') }
}

function addressOf(server: { address: () => unknown }) {
  const { port } = server.address() as AddressInfo
  return { port, url: `smtp://127.0.0.1:${port}` }
}

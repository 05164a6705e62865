import { connect } from 'node:net'
import { setTimeout } from 'node:timers/promises'

export type Load = {
  port: number
  /** Whole requests as they go over the wire; sent in turn, each expects 200. */
  requests: string[]
  connections: number
  milliseconds: number
  /** Between an answer and the next request of a connection. */
  pause?: number
}

type Answer = { status: number; bytes: number; closes: boolean }

/** Sends the requests over and over. Not by node:http, whose client costs as much as a fast server. */
export async function applyLoad(load: Load): Promise<{ times: number[]; bytes: number }> {
  const times: number[] = []
  let bytes = 0
  const end = performance.now() + load.milliseconds
  let sent = 0
  const next = () => load.requests[sent++ % load.requests.length] ?? ''
  const connections = Array.from({ length: load.connections }, async () => {
    for await (const answer of sendUntil(end, load.port, next)) {
      times.push(answer.time)
      bytes = answer.bytes
      if (load.pause) await setTimeout(load.pause)
    }
  })
  await Promise.all(connections)
  return { times, bytes }
}

async function* sendUntil(end: number, port: number, next: () => string) {
  let wire = openWire(port)
  while (performance.now() < end) {
    const at = performance.now()
    const { status, bytes, closes } = await wire.ask(next())
    if (status !== 200) throw new Error(`Answered with ${status} under load`)
    yield { bytes, time: performance.now() - at }
    // A server without keep-alive, such as gunicorn's default worker.
    if (closes) {
      wire.close()
      wire = openWire(port)
    }
  }
  wire.close()
}

// One for all answers: Node makes 64 KB anew for each that it reads. In a storm of hashes the garbage collector of this
// process waited for a core, and its pauses were measured as the server's.
const READ = Buffer.allocUnsafeSlow(64 * 1024)
const LONGEST_HEAD = 4 * 1024

function openWire(port: number) {
  let head = ''
  let bytes = 0
  let missing = 0
  let settle = { resolve: (_: Answer) => {}, reject: (_: Error) => {} }

  const take = (length: number) => {
    if (missing > 0) missing -= length
    else {
      const before = head.length
      head += READ.toString('latin1', 0, Math.min(length, LONGEST_HEAD))
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) return true
      bytes = readLength(head)
      missing = bytes - (before + length - end - 4)
    }
    if (Number.isNaN(bytes)) settle.reject(new Error('An answer has no Content-Length'))
    else if (missing <= 0) settle.resolve({ ...readHead(head), bytes })
    return true
  }
  const onread = { buffer: READ, callback: take }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread })
  socket.on('error', (error) => settle.reject(error))
  socket.on('close', () => settle.reject(new Error('The server closed a connection under load')))

  return {
    ask: (request: string) =>
      new Promise<Answer>((resolve, reject) => {
        head = ''
        settle = { resolve, reject }
        socket.write(request)
      }),
    close: () => socket.destroy(),
  }
}

// NaN where there is none.
function readLength(head: string): number {
  return Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1])
}

function readHead(head: string) {
  return { status: Number(head.slice(9, 12)), closes: /\r\nconnection: close/i.test(head) }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Request, RequestHandler } from 'express'
import type { Refusal } from './client-errors.ts'
import { HttpError } from './http-error.ts'
import { networkOf, networkOfIp, parseIp } from './network.ts'

/** Hangs up on a network beyond its share of connections; reports that once, until it has none left. Not for the connections of a proxy. */
export function limitConnections(
  server: Server,
  most: number,
  report: (refusal: Refusal) => void,
): void {
  const shares = createShares(most)
  const reported = new Set<string>()
  server.on('connection', (socket) => {
    const ip = parseIp(socket.remoteAddress ?? '')
    const network = networkOfIp(ip ?? '')
    if (shares.take(network)) {
      socket.once('close', () => {
        if (shares.giveBack(network) === 0) reported.delete(network)
      })
      return
    }
    if (!reported.has(network)) report({ ip, code: 'TOO_MANY_CONNECTIONS' })
    reported.add(network)
    socket.destroy()
  })
}

/** Counts a connection on which nothing has come among the idle ones, which the end of the server does not wait for. Browsers open them ahead, and Node takes each for a request that has begun. */
export function letSilentBeIdle(server: Server): void {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
  })
  const closeIdle = server.closeIdleConnections.bind(server)
  server.closeIdleConnections = () => {
    for (const socket of open) if (socket.bytesRead === 0) socket.destroy()
    closeIdle()
  }
}

/** Works on the requests of one connection one after the other, as the first may log out the user whom the second names. Hangs up on a client that has more than `most` unanswered. */
export function answerInTurn(
  answer: (req: IncomingMessage, res: ServerResponse) => void,
  most: number,
  report: (refusal: Refusal) => void,
) {
  const waiting = new WeakMap<Socket, number>()
  return (req: IncomingMessage, res: ServerResponse) => {
    const { socket } = req
    // What had come with the request that was one too many.
    if (socket.destroyed) return
    // An answer has no socket while another one goes before it.
    if (res.socket) return answer(req, res)
    const before = waiting.get(socket) ?? 1
    if (before >= most) {
      report({ ip: parseIp(socket.remoteAddress ?? ''), code: 'TOO_MANY_UNANSWERED' })
      socket.destroy()
      return
    }
    waiting.set(socket, before + 1)
    res.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 2) - 1))
    // Once the answer before has heard that it is finished.
    res.once('socket', () => process.nextTick(() => socket.destroyed || answer(req, res)))
  }
}

/** The share of a network in requests that come through a proxy, whose connections belong to many networks. */
export function limitRequests(most: number): RequestHandler {
  const shares = createShares(most)
  return (req, res, next) => {
    const network = networkOf(req)
    if (!shares.take(network)) {
      // Otherwise the connection would stay open for the rest of the request.
      res.set('Connection', 'close')
      return next(new HttpError(503, 'too many requests at once from one network', 1))
    }
    res.on('close', () => onceRead(req, () => shares.giveBack(network)))
    next()
  }
}

// A request can be answered long before its body has come, and holds its connection until then. After
// the answer, a connection that breaks no longer closes its request.
function onceRead(req: Request, done: () => void): void {
  const { socket } = req
  const end = () => {
    req.off('close', end)
    socket.off('close', end)
    done()
  }
  if (req.complete || socket.destroyed) done()
  else for (const source of [req, socket]) source.once('close', end)
}

function createShares(most: number) {
  const shares = new Map<string, number>()
  return {
    take(network: string): boolean {
      const open = shares.get(network) ?? 0
      if (open < most) shares.set(network, open + 1)
      return open < most
    },
    giveBack(network: string): number {
      const left = (shares.get(network) ?? 1) - 1
      if (left > 0) shares.set(network, left)
      else shares.delete(network)
      return left
    },
  }
}

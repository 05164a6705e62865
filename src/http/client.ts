import type { Request, RequestHandler } from 'express'
import { networkOf } from './network.ts'

/** Who sent a request, as far as that decides who waits for whom. */
export type Client = {
  network: string
  /** Aborted when the client hangs up before the answer, or has. */
  signal: AbortSignal
}

const clients = new WeakMap<Request, Client>()

export function clientOf(req: Request): Client {
  const client = clients.get(req) ?? { network: networkOf(req), signal: watchHangUp(req) }
  clients.set(req, client)
  return client
}

function watchHangUp({ res }: Request): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    if (!res?.writableFinished) controller.abort()
  }
  // A closed response emits no second `close`.
  if (res?.closed) abort()
  else res?.once('close', abort)
  return controller.signal
}

/** Makes no page for a client that is gone. Not for forms: what they ask for is done. */
export const skipWhenGone: RequestHandler = (req, res, next) => {
  if (req.socket.destroyed) res.end()
  else next()
}

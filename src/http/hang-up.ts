import type { Request } from 'express'

const signals = new WeakMap<Request, AbortSignal>()

/** Takes a request; returns a signal that is aborted when its client hangs up before the answer, or has. */
export function hangUpOf(req: Request): AbortSignal {
  const known = signals.get(req)
  if (known) return known
  const controller = new AbortController()
  const { res } = req
  const abort = () => {
    if (!res?.writableFinished) controller.abort()
  }
  // Whoever has hung up already is not told of again.
  if (res?.closed) abort()
  else res?.once('close', abort)
  signals.set(req, controller.signal)
  return controller.signal
}

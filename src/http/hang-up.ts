import type { Request } from 'express'

const signals = new WeakMap<Request, AbortSignal>()

/** Takes a request; returns a signal that is aborted when its client hangs up before the answer. */
export function hangUpOf(req: Request): AbortSignal {
  const known = signals.get(req)
  if (known) return known
  const controller = new AbortController()
  const { res } = req
  res?.once('close', () => {
    if (!res.writableFinished) controller.abort()
  })
  signals.set(req, controller.signal)
  return controller.signal
}

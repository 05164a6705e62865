import type { Request } from 'express'

const signals = new WeakMap<Request, AbortSignal>()

/** Aborted when the client hangs up before the answer, or has. */
export function hangUpOf(req: Request): AbortSignal {
  const known = signals.get(req)
  if (known) return known
  const controller = new AbortController()
  const { res } = req
  const abort = () => {
    if (!res?.writableFinished) controller.abort()
  }
  // A closed response emits no second `close`.
  if (res?.closed) abort()
  else res?.once('close', abort)
  signals.set(req, controller.signal)
  return controller.signal
}

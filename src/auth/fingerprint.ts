import { createHash } from 'node:crypto'
import type { Request } from 'express'

/** Digests network and browser. `req.ip` heeds X-Forwarded-For only as far as `trust proxy` says. */
export function takeFingerprint(req: Request, network = req.ip ?? ''): string {
  const seen = `${network}|${req.get('user-agent') ?? ''}`
  return createHash('sha256').update(seen).digest('base64url')
}

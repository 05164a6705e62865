import { createHash } from 'node:crypto'
import type { Request } from 'express'

/** Takes a request; returns a digest of its address and browser. req.ip heeds X-Forwarded-For only as far as `trust proxy` says. */
export function takeFingerprint(req: Request): string {
  const seen = `${req.ip ?? ''}|${req.get('user-agent') ?? ''}`
  return createHash('sha256').update(seen).digest('base64url')
}

import type { RequestHandler } from 'express'
import { seconds } from '../durations.ts'
import { HttpError } from './http-error.ts'

const RETRY_AFTER = seconds(5) / seconds(1)

/** Takes how many requests may be inside at once; returns the middleware that answers 503 to any more, before the database is asked or an attempt counted. Of many that arrive together, a check of the queue alone would let all pass. */
export function createDoor(most: number): RequestHandler {
  let inside = 0
  return (_req, res, next) => {
    if (inside >= most) return next(new HttpError(503, 'too many at once', RETRY_AFTER))
    inside++
    res.once('close', () => {
      inside--
    })
    next()
  }
}

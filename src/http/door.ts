import type { RequestHandler, Response } from 'express'
import { seconds } from '../durations.ts'
import { HttpError } from './http-error.ts'

const RETRY_AFTER = seconds(5) / seconds(1)

// Made once: in a storm, noting for each of them where it was made would take a good part of its answer.
const TOO_MANY = new HttpError(503, 'too many at once', RETRY_AFTER)

export type Door = {
  /** Lets a request in, or answers 503 when as many are inside as may be. */
  enter: RequestHandler
  /** Answers 503 while nobody could enter. */
  refuseIfFull: RequestHandler
}

/** Takes what says how many requests may be inside just now; returns the door, which answers 503 to any more before the database is asked or an attempt counted. Of many that arrive together, a check of the queue alone would let all pass. */
export function createDoor(most: () => number): Door {
  let inside = 0
  const isFull = () => inside >= most()
  const countIn = (res: Response) => {
    inside++
    res.once('close', () => {
      inside--
    })
  }
  return {
    enter(_req, res, next) {
      if (isFull()) next(TOO_MANY)
      // Whoever hung up on the way here would never close again, and be counted as inside for ever.
      else if (!res.closed) {
        countIn(res)
        // A turn later: of many that came together, those who are refused hear of it before the others' work begins.
        setImmediate(next)
      }
    },
    refuseIfFull: (_req, _res, next) => next(isFull() ? TOO_MANY : undefined),
  }
}

import type { Request, RequestHandler, Response } from 'express'
import type { SignedCookie } from '../cookies.ts'

declare module 'express-serve-static-core' {
  interface Request {
    /** The session that the browser still names, and how it ended. */
    endedSession?: SessionEnd & { id: string }
  }
}

export type SessionEnd = {
  /** Whether its login went on under a new id. */
  isReplaced: boolean
  /** What its visitor is told. */
  message: string | null
  /** Of a session that was replaced: where its login goes on. */
  deviceId: string | null
}

const UNKNOWN_END: SessionEnd = { isReplaced: false, message: null, deviceId: null }

/** For a browser that names a session that is over. */
export async function noteEnd(
  req: Request,
  id: string,
  findEnd?: (id: string) => Promise<SessionEnd>,
): Promise<void> {
  req.endedSession = { id, ...((await findEnd?.(id)) ?? UNKNOWN_END) }
}

/** Clears the cookie of a session that is over, and tells the visitor once how it ended. Mount it behind the login manager: a remember cookie may have started another session. */
export function tellHowSessionEnded(
  cookie: SignedCookie,
  tell: (req: Request, res: Response, message: string) => void,
): RequestHandler {
  return (req, res, next) => {
    const end = req.endedSession
    const isReading = req.method === 'GET' || req.method === 'HEAD'
    if (end && isReading && !end.isReplaced && !req.user) {
      cookie.clear(res)
      if (end.message) tell(req, res, end.message)
    }
    next()
  }
}

/** Whether the browser sent this request before it heard of its new session. An answer must not touch cookies that are newer than the request. */
export function isUnderWay(req: Request): boolean {
  return req.endedSession?.isReplaced === true
}

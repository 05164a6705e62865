import type { Request, RequestHandler, Response } from 'express'
import type { SignedCookie } from '../cookies.ts'

/** How a session ended when its login went on under a new id. The store says it (sessions/session-end.ts). */
export const REPLACED = 'replaced'

declare module 'express-serve-static-core' {
  interface Request {
    /** The session that the browser still names, and how it ended. */
    endedSession?: SessionEnd & { id: string }
  }
}

export type SessionEnd = {
  how: string
  /** Of a session that was replaced: where its login goes on. */
  deviceId: string | null
}

/** For a browser that names a session that is over. */
export async function noteEnd(
  req: Request,
  id: string,
  findEnd?: (id: string) => Promise<SessionEnd>,
): Promise<void> {
  const end = await findEnd?.(id)
  req.endedSession = { id, ...(end ?? { how: 'ended', deviceId: null }) }
}

/** Clears the cookie of a session that is over, and tells the visitor once how it ended. Mount it behind the login manager: a remember cookie may have started another session. */
export function tellHowSessionEnded(
  cookie: SignedCookie,
  tell: (req: Request, res: Response, how: string) => void,
): RequestHandler {
  return (req, res, next) => {
    const how = req.endedSession?.how
    const isReading = req.method === 'GET' || req.method === 'HEAD'
    if (how && isReading && !isUnderWay(req) && !req.user) {
      cookie.clear(res)
      tell(req, res, how)
    }
    next()
  }
}

/** Whether the browser sent this request before it heard of its new session. An answer must not touch cookies that are newer than the request. */
export function isUnderWay(req: Request): boolean {
  return req.endedSession?.how === REPLACED
}

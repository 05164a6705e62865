import type { Request, RequestHandler, Response } from 'express'
import type { Logger } from 'pino'
import type { Accounts, User } from './accounts/accounts.ts'
import type { LoginOutcome } from './accounts/users.ts'
import type { LoginManager } from './auth/login-manager.ts'
import type { Clock } from './clock.ts'
import type { Database } from './database/database.ts'
import type { SessionStore } from './database/session-store.ts'
import type { Browsers } from './http/browsers.ts'
import type { Flashes } from './http/flash.ts'
import type { SignedCookies } from './http/signed-cookies.ts'
import type { Throttle } from './http/throttle.ts'
import type { MailRoom } from './mail/mail.ts'
import type { Settings } from './settings.ts'

/** What createApp is given, so that a test can give it another. */
export type Parts = { database: Database; settings: Settings; clock: Clock; log: Logger }

/** What a page can be handed: the rooms, each ready to use. */
export type Rooms = Parts & {
  accounts: Accounts
  auth: LoginManager<User>
  /** Asks Passport whose name and password the form has; null when one of the two is missing. */
  authenticate: (req: Request, res: Response) => Promise<LoginOutcome | null>
  sessionStore: SessionStore
  browsers: Browsers
  cookies: SignedCookies
  flashes: Flashes
  throttle: Throttle
  mail: MailRoom
  /** Stands before every form that hashes a password: lets in as many as the queue for hashing holds. */
  limitHashing: RequestHandler
  /** Refuses such a form while nobody is let in, before anything is known of it. */
  refuseIfBusy: RequestHandler
}

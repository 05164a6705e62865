import { channel } from 'node:diagnostics_channel'
import type { Request } from 'express'
import type { Logger } from 'pino'
import { logNameOf } from '../accounts/events.ts'
import type { LoginOutcome, User } from '../accounts/users.ts'
import type { LoginEmitter, LoginEvents } from '../auth/login-parts.ts'
import { currentUser } from '../auth/login-state.ts'
import type { Refusal } from '../http/client-errors.ts'

// Users go by id: a name is typed text.
const NAMES: { [event in keyof LoginEvents<User>]?: string } = {
  loggedIn: logNameOf('logged-in'),
  loggedOut: 'session_logout',
  loadedFromCookie: logNameOf('remembered'),
  loginConfirmed: logNameOf('reauthenticated'),
  unauthorized: 'authz_fail',
  needsRefresh: 'authz_fail_not_fresh',
  sessionProtected: 'session_use_from_elsewhere',
  rememberStolen: logNameOf('remember-token-stolen'),
}

/** Writes a line for each event of a login manager. */
export function logLoginEvents(events: LoginEmitter<User>, log: Logger): void {
  for (const name of Object.keys(NAMES) as (keyof typeof NAMES)[]) {
    events.on(name, (details: { req: Request; user?: User | null }) => {
      log.info({ event: NAMES[name], ...describe(details.req), userId: details.user?.id }, name)
    })
  }
}

/** Hears how each comparison of a password at /login came out. */
export const LOGINS = channel('logins')

/** Writes a line for a refused login, and never what was typed. */
export function logRefusedLogin(log: Logger, req: Request, outcome: LoginOutcome): void {
  LOGINS.publish(outcome.ok ? 'right' : outcome.reason)
  if (outcome.ok) return
  const event = logNameOf('login-failed')
  log.warn({ event, reason: outcome.reason, ...describe(req) }, 'login refused')
}

/** For what was refused before it was a request. */
export function logRefusal(log: Logger, refusal: Refusal): void {
  if (refusal.status) log.info({ event: 'input_validation_fail', ...refusal }, 'answered')
  else log.warn({ event: 'excess_rate_limit_exceeded', ...refusal }, 'connection refused')
}

/** The id of the logged-in user, for the log. */
export function visitorOf(req: Request): string | undefined {
  return currentUser<User>(req)?.id
}

function describe(req: Request) {
  return { requestId: req.res?.locals.requestId, ip: req.ip, path: req.path }
}

import type { Request } from 'express'
import type { Logger } from 'pino'
import type { LoginOutcome, User } from '../accounts/users.ts'
import type { LoginEmitter, LoginEvents } from '../auth/events.ts'
import { currentUser } from '../auth/visit.ts'
import type { Refusal } from '../http/client-errors.ts'

// Names from the OWASP logging vocabulary, so that whoever watches many programs knows them. Users
// go by id: a name is what somebody typed.
const NAMES: { [event in keyof LoginEvents<User>]?: string } = {
  loggedIn: 'authn_login_success',
  loggedOut: 'session_logout',
  loadedFromCookie: 'session_renewed',
  loginConfirmed: 'authn_reauthentication_success',
  unauthorized: 'authz_fail',
  needsRefresh: 'authz_fail_not_fresh',
  sessionProtected: 'session_use_from_elsewhere',
  rememberStolen: 'authn_token_reuse',
}

/** Takes the emitter of a login manager and the log; writes one line for each thing that happens to a visitor. */
export function logLoginEvents(events: LoginEmitter<User>, log: Logger): void {
  for (const name of Object.keys(NAMES) as (keyof typeof NAMES)[]) {
    events.on(name, (details: { req: Request; user?: User | null }) => {
      log.info({ event: NAMES[name], ...describe(details.req), userId: details.user?.id }, name)
    })
  }
}

/** Takes what came of a name and a password; writes a refusal down, and never what was typed. */
export function logRefusedLogin(log: Logger, req: Request, outcome: LoginOutcome): void {
  if (outcome.ok) return
  log.warn({ event: 'authn_login_fail', reason: outcome.reason, ...describe(req) }, 'login refused')
}

/** For what was refused before it was a request. */
export function logRefusal(log: Logger, refusal: Refusal): void {
  if (refusal.status) log.info({ event: 'input_validation_fail', ...refusal }, 'answered')
  else log.warn({ event: 'excess_rate_limit_exceeded', ...refusal }, 'connection refused')
}

/** Takes a request; returns the id of whoever is logged in, for the log. */
export function visitorOf(req: Request): string | undefined {
  return currentUser<User>(req)?.id
}

function describe(req: Request) {
  return { requestId: req.res?.locals.requestId, ip: req.ip, path: req.path }
}

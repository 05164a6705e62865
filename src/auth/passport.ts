import type { Request, RequestHandler, Response } from 'express'
import passport from 'passport'
import { Strategy as LocalStrategy } from 'passport-local'
import { responseTo } from './login-state.ts'
import type { AnyUser } from './options.ts'

// Passport is met in this file only: elsewhere it is promises and return values.

/** Gives the visitor a new session with this user; fill runs before it is first saved. */
export type OpenSession = (req: Request, user: AnyUser, fill: () => void) => Promise<void>

export function preparePassport(getId: (user: AnyUser) => string): OpenSession {
  const passports = new passport.Passport()
  const claimRequest = passports.initialize({ compat: false }) as RequestHandler
  const fills = new WeakMap<Request, () => void>()

  passports.serializeUser((req: Request, user: AnyUser, done: SerializeDone) => {
    // Passport has made the new session and not saved it yet: what is set here costs no second write.
    fills.get(req)?.()
    // It refers to the request: an entry that stays would keep it in memory (docs/performance.md).
    fills.delete(req)
    done(null, getId(user))
  })

  return (req, user, fill) => {
    fills.set(req, fill)
    // Whichever Passport a request met last decides how its users are named: passport-local is another one.
    claimRequest(req, responseTo(req), () => {})
    return new Promise((resolve, reject) => {
      req.logIn(user, (error) => (error ? reject(error) : resolve()))
    })
  }
}

type SerializeDone = (error: unknown, id?: string) => void

type VerifyCredentials<Outcome> = (
  username: string,
  password: string,
  req: Request,
) => Promise<Outcome>

/** Asks passport-local. The outcome is null without both fields. */
export function createLocalAuthentication<Outcome extends { ok: boolean }>(
  verify: VerifyCredentials<Outcome>,
): (req: Request, res: Response) => Promise<Outcome | null> {
  const passports = new passport.Passport()
  passports.use(
    new LocalStrategy(
      { passReqToCallback: true, session: false },
      (req, username, password, done) => {
        verify(username, password, req).then((outcome) => done(null, outcome), done)
      },
    ),
  )
  return (req, res) =>
    new Promise((resolve, reject) => {
      const answer = (error: unknown, outcome: Outcome | false | undefined) =>
        error ? reject(error) : resolve(outcome || null)
      passports.authenticate('local', { session: false }, answer)(req, res, reject)
    })
}

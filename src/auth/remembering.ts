import type { Request, Response } from 'express'
import type { LoginParts } from './login-parts.ts'
import type { LoginManagerOptions } from './options.ts'
import type { PresentedCookie } from './remember-cookie.ts'

export type RememberingOptions = {
  /** How long this browser is remembered, in ms; the option remember.duration where nothing is said. */
  duration?: number
  /** When remembering ends; goes before duration. For a browser whose end was set at an earlier login. */
  rememberUntil?: Date
}

/** Takes a request whose session has just been started for this user; starts a remember series and gives the browser its cookie. */
export async function remember<User>(
  { options, rememberMe, cookie }: LoginParts<User>,
  req: Request,
  res: Response,
  user: User,
  expiresAt: Date,
): Promise<void> {
  const { login } = req.session
  const wanted = { loginId: options.getId(user), deviceId: login?.deviceId ?? null, expiresAt }
  const { series, token } = await rememberMe.start(wanted)
  const state = { seriesId: series.id, rememberUntil: expiresAt.getTime() }
  if (login) req.session.login = { ...login, ...state }
  cookie.write(res, { seriesId: series.id, token }, expiresAt)
}

/** Ends the series that this browser presents or that its session hangs on, and takes the cookie back. */
export async function forget<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
): Promise<void> {
  await endSeries(parts, req)
  takeCookieBack(parts, req, res)
}

export async function endSeries<User>(
  { rememberMe, cookie }: LoginParts<User>,
  req: Request,
): Promise<void> {
  const known = [cookie.read(req)?.seriesId, req.session?.login?.seriesId]
  const ids = new Set(known.filter((id) => typeof id === 'string'))
  for (const id of ids) await rememberMe.end(id)
}

export function takeCookieBack<User>(
  { cookie }: LoginParts<User>,
  req: Request,
  res: Response,
): void {
  if (cookie.isSent(req)) cookie.clear(res)
}

/** Takes a visitor who is logged in and what their remember cookie says; notes that its token has arrived, and sends the cookie again where that is due. */
export async function keepRemembered<User>(
  parts: LoginParts<User>,
  req: Request,
  res: Response,
  presented: PresentedCookie | null,
) {
  const { options, rememberMe, cookie } = parts
  const { login } = req.session
  if (!presented || login?.seriesId !== presented.seriesId) return
  if (login.hasUnseenToken) {
    // The successor has arrived: its predecessor is good for a minute more, and then evidence.
    login.hasUnseenToken = false
    await rememberMe.confirm(presented.seriesId, presented.token)
  }
  if (cookie.isSignedBefore(req)) await renewToken(parts, req, res, presented)
  const { refreshEachRequest, duration } = options.remember
  if (refreshEachRequest) {
    cookie.write(res, presented, new Date(options.clock().getTime() + duration))
  }
}

// Under a secret that is about to go, the token and not only its signature: the series must outlive it.
async function renewToken<User>(
  { rememberMe, cookie }: LoginParts<User>,
  req: Request,
  res: Response,
  { seriesId, token }: PresentedCookie,
) {
  const redemption = await rememberMe.redeem(seriesId, token)
  if (redemption.kind !== 'remembered' || !req.session.login) return
  req.session.login.hasUnseenToken = redemption.isSuccessor
  cookie.write(res, { seriesId, token: redemption.token }, redemption.series.expiresAt)
}

/** Takes the options and what this login asks for; returns when remembering ends. Throws a TypeError when that is no length of time. */
export function endOfRemembering<User>(
  { clock, remember }: LoginManagerOptions<User>,
  { duration = remember.duration, rememberUntil }: RememberingOptions,
): Date {
  if (rememberUntil) return rememberUntil
  demandDuration('duration', duration)
  return new Date(clock().getTime() + duration)
}

/** Takes an option's name and its value; throws a TypeError unless that is a length of time in ms. */
export function demandDuration(name: string, value: unknown): void {
  if (Number.isFinite(value) && Number(value) > 0) return
  throw new TypeError(`${name} must be a number of milliseconds above 0, instead got: ${value}`)
}

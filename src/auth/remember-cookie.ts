import type { CookieOptions, Request } from 'express'
import { createSignedCookie } from '../cookies.ts'
import { readSession } from './express-session.ts'
import type { LoginParts } from './login-parts.ts'
import { changeLogin, responseTo } from './login-state.ts'
import type { AnyUser, LoginManagerOptions } from './options.ts'

/** A remember cookie that we signed: which series it names, and the token that proves it. */
export type PresentedCookie = { seriesId: string; token: string }

export type RememberCookie = ReturnType<typeof createRememberCookie>

export function createRememberCookie({
  remember,
  secrets,
  clock,
}: Pick<LoginManagerOptions<unknown>, 'remember' | 'secrets' | 'clock'>) {
  const cookie = createSignedCookie({
    name: remember.name,
    secrets,
    attributes: attributesOf(remember),
    unboundShape: /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.[\w-]{43}$/,
  })
  return {
    readAll: (req: Request) => cookie.readAll(req).flatMap((value) => parseCookie(value) ?? []),
    isSignedBefore: cookie.isSignedBefore,
    write(req: Request, { seriesId, token }: PresentedCookie, expiresAt: Date): void {
      cookie.write(responseTo(req), `${seriesId}.${token}`, expiresAt.getTime() - clock().getTime())
    },
    /** What another program set under this name is left alone. */
    clearIfOurs(req: Request): void {
      if (cookie.read(req) !== null) cookie.clear(responseTo(req))
    },
  }
}

// PostgreSQL fails on a look-up with a NUL in it.
const SERIES_AND_TOKEN = /^([\w-]+)\.([\w-]+)$/

function parseCookie(value: string): PresentedCookie | null {
  const [, seriesId, token] = SERIES_AND_TOKEN.exec(value) ?? []
  return seriesId && token ? { seriesId, token } : null
}

function attributesOf(remember: LoginManagerOptions<unknown>['remember']): CookieOptions {
  const { path, domain, secure, httpOnly, sameSite } = remember
  return { path, secure, httpOnly, sameSite, ...(domain === null ? {} : { domain }) }
}

export type RememberingOptions = {
  /** How long this browser is remembered, in ms; by default the option remember.duration. */
  duration?: number
  /** When remembering ends; goes before duration. For a browser whose end was set at an earlier login. */
  rememberUntil?: Date
}

/** Starts a remember series for the session that has just been started, and gives the browser its cookie. */
export async function remember(
  { options, rememberMe, cookie }: LoginParts,
  req: Request,
  user: AnyUser,
  expiresAt: Date,
): Promise<void> {
  const deviceId = readSession(req).login?.deviceId ?? null
  const wanted = { loginId: options.getId(user), deviceId, expiresAt }
  const { series, token } = await rememberMe.start(wanted)
  changeLogin(req, { seriesId: series.id, rememberUntil: expiresAt.getTime() })
  cookie.write(req, { seriesId: series.id, token }, expiresAt)
}

/** Ends every series that this browser presents or that its session belongs to. */
export async function forget({ rememberMe, cookie }: LoginParts, req: Request): Promise<void> {
  const presented = cookie.readAll(req).map(({ seriesId }) => seriesId)
  const ids = new Set([...presented, readSession(req).login?.seriesId ?? ''])
  ids.delete('')
  for (const id of ids) await rememberMe.end(id)
  cookie.clearIfOurs(req)
}

/** Notes that the token of a visitor who is logged in has arrived, and sends the cookie again where that is due. */
export async function keepRemembered(parts: LoginParts, req: Request): Promise<void> {
  const { options, rememberMe, cookie } = parts
  const { login } = readSession(req)
  const presented = cookie.readAll(req).find(({ seriesId }) => seriesId === login?.seriesId)
  if (!presented || !login) return
  if (login.hasUnseenToken) {
    // The successor has arrived: its predecessor is good for a minute more, and then evidence.
    changeLogin(req, { hasUnseenToken: false })
    await rememberMe.markSeen(presented.seriesId, presented.token)
  }
  if (cookie.isSignedBefore(req)) await renewToken(parts, req, presented)
  const { refreshEachRequest, duration } = options.remember
  if (refreshEachRequest) {
    cookie.write(req, presented, new Date(options.clock().getTime() + duration))
  }
}

// Under a secret that is about to go, the token and not only its signature: the series must outlive it.
async function renewToken(parts: LoginParts, req: Request, presented: PresentedCookie) {
  const { seriesId, token } = presented
  const redemption = await parts.rememberMe.redeem(seriesId, token)
  if (redemption.kind !== 'remembered') return
  changeLogin(req, { hasUnseenToken: redemption.isSuccessor })
  parts.cookie.write(req, { seriesId, token: redemption.token }, redemption.series.expiresAt)
}

/** Throws a TypeError where the duration is not a positive number. */
export function endOfRemembering(
  { clock, remember }: LoginParts['options'],
  { duration = remember.duration, rememberUntil }: RememberingOptions,
): Date {
  if (rememberUntil) return rememberUntil
  assertDuration('duration', duration)
  return new Date(clock().getTime() + duration)
}

export function assertDuration(name: string, value: unknown): void {
  if (Number.isFinite(value) && Number(value) > 0) return
  throw new TypeError(`${name} must be a number of milliseconds above 0, instead got: ${value}`)
}

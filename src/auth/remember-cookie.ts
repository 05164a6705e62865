import type { CookieOptions, Request, Response } from 'express'
import { rawCookies, signValue, verifySignature } from '../http/signed-cookies.ts'
import type { LoginManagerOptions } from './options.ts'

/** A remember cookie that we signed: which series it names, and the token that proves it. */
export type PresentedCookie = { seriesId: string; token: string }

export type RememberCookie = ReturnType<typeof createRememberCookie>

/** Takes the options of a login manager; returns how its remember cookie is read, set and taken back. */
export function createRememberCookie(
  options: Pick<LoginManagerOptions<unknown>, 'remember' | 'secrets' | 'clock'>,
) {
  const { remember, secrets, clock } = options
  return {
    /** Returns what the browser presents, or null when there is nothing that we signed. */
    read(req: Request): PresentedCookie | null {
      const value = verifySignature(rawCookies(req)[remember.name], secrets)
      const [, seriesId, token] = SERIES_AND_TOKEN.exec(value ?? '') ?? []
      return seriesId && token ? { seriesId, token } : null
    },
    /** Says whether what the browser presents was signed by another secret than the newest. */
    isSignedBefore(req: Request): boolean {
      const sent = rawCookies(req)[remember.name]
      return verifySignature(sent, secrets) !== verifySignature(sent, secrets.slice(0, 1))
    },
    isSent: (req: Request): boolean => rawCookies(req)[remember.name] !== undefined,
    write(res: Response, { seriesId, token }: PresentedCookie, expiresAt: Date): void {
      const maxAge = expiresAt.getTime() - clock().getTime()
      const signed = signValue(`${seriesId}.${token}`, secrets)
      res.cookie(remember.name, signed, { ...attributesOf(remember), maxAge })
    },
    // With other attributes than it was set with, some browsers keep the cookie (flask-login #683).
    clear(res: Response): void {
      res.clearCookie(remember.name, attributesOf(remember))
    },
  }
}

// Our signature is on other cookies too. PostgreSQL fails on a look-up with a NUL in it.
const SERIES_AND_TOKEN = /^([\w-]+)\.([\w-]+)$/

function attributesOf(remember: LoginManagerOptions<unknown>['remember']): CookieOptions {
  const { path, domain, secure, httpOnly, sameSite } = remember
  return { path, secure, httpOnly, sameSite, ...(domain === null ? {} : { domain }) }
}

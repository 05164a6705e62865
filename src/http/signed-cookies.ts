import { parseCookie } from 'cookie'
import { sign, unsign } from 'cookie-signature'
import type { CookieOptions, Request, RequestHandler, Response } from 'express'
import { days } from '../durations.ts'

/** The cookies of this program. All are signed; the prefix follows from the scheme of APP_URL. */
export type CookieName = 'session' | 'remember' | 'csrf' | 'device' | 'flash' | 'link'

/** What signs, newest first, and whether browsers reach us over TLS. */
export type CookieSettings = { secrets: readonly string[]; isSecure: boolean }

/** Reads and writes the signed cookies of one application; see createSignedCookies. */
export type SignedCookies = {
  nameOf: (name: CookieName) => string
  attributesOf: (name: CookieName) => CookieOptions
  read: (req: Request, name: CookieName) => string | null
  /** maxAge in ms; without it the browser keeps the cookie until it is closed. */
  write: (res: Response, name: CookieName, value: string, maxAge?: number) => void
  clear: (res: Response, name: CookieName) => void
  renewSignatures: RequestHandler
}

/** Takes the secrets, newest first, and returns the one way in which this program uses cookies. */
export function createSignedCookies(settings: CookieSettings): SignedCookies {
  const nameOf = (name: CookieName) => (settings.isSecure ? `__Host-${name}` : name)
  const attributesOf = (name: CookieName) => attributes(settings, name)
  const write: SignedCookies['write'] = (res, name, value, maxAge) => {
    const lifetime = maxAge === undefined ? {} : { maxAge }
    res.cookie(nameOf(name), signValue(value, settings.secrets), {
      ...attributesOf(name),
      ...lifetime,
    })
  }
  const read: SignedCookies['read'] = (req, name) =>
    verifySignature(rawCookies(req)[nameOf(name)], settings.secrets)

  // A browser deletes a cookie only when name, path and prefix rules agree with how it was set.
  const clear: SignedCookies['clear'] = (res, name) => {
    res.clearCookie(nameOf(name), attributesOf(name))
  }

  const renewSignatures: RequestHandler = (req, res, next) => {
    for (const name of KEPT)
      if (isSignedByOlderSecret(req, name)) write(res, name, read(req, name) ?? '')
    next()
  }

  function isSignedByOlderSecret(req: Request, name: CookieName): boolean {
    const isCurrent = verifySignature(rawCookies(req)[nameOf(name)], settings.secrets.slice(0, 1))
    return isCurrent === null && read(req, name) !== null
  }

  return { nameOf, attributesOf, read, write, clear, renewSignatures }
}

// Not the remember cookie: whoever knows when it ends sends it again (auth/recognise.ts).
const KEPT = ['session', 'csrf', 'device'] as const

/** Takes a value and the secrets, newest first; returns it signed, in the form that express-session reads too. */
export function signValue(value: string, secrets: readonly string[]): string {
  return `s:${sign(value, newestOf(secrets))}`
}

/** Takes a cookie as sent and the accepted secrets; returns the value, or null unless one of them signed it. */
export function verifySignature(
  raw: string | undefined,
  secrets: readonly string[],
): string | null {
  if (!raw?.startsWith('s:')) return null
  for (const secret of secrets) {
    const value = unsign(raw.slice(2), secret)
    if (value !== false) return value
  }
  return null
}

/** Takes the request; returns its cookies as sent, the first of each name. */
export function rawCookies(req: Request): Record<string, string | undefined> {
  return parseCookie(req.headers.cookie ?? '')
}

/** Takes the secrets, newest first; returns the one that signs. Throws when there is none. */
export function newestOf(secrets: readonly string[]): string {
  const [newest] = secrets
  if (!newest) throw new Error('Cookies cannot be signed without a secret: SESSION_SECRET is empty')
  return newest
}

// Lax, not Strict: a link in a mail has to find its reader signed in.
function attributes({ isSecure }: CookieSettings, name: CookieName): CookieOptions {
  const base = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  return name === 'device' ? { ...base, maxAge: days(400) } : base
}

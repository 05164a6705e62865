import type { CookieOptions, RequestHandler } from 'express'
import { createSignedCookie, type SignedCookie } from '../cookies.ts'
import { days } from '../durations.ts'

/** The cookies of this program. */
type CookieName = 'session' | 'remember' | 'csrf' | 'device' | 'flash' | 'link' | 'language'

export type SignedCookies = Record<CookieName, SignedCookie>

type CookieSettings = {
  /** Newest first. */
  secrets: readonly string[]
  /** Whether browsers reach us over TLS. */
  isSecure: boolean
}

// What releases before this one put into a cookie, and their signature did not say into which. No two
// shapes match the same text. Flash and link cookies hold other text: those of an older release are over.
const UNBOUND: Partial<Record<CookieName, RegExp>> = {
  session: /^[\w-]{32}$/,
  csrf: /^[\w-]{24}$/,
  device: /^[\w-]{22}$/,
}

export function createSignedCookies(settings: CookieSettings): SignedCookies {
  const create = (name: CookieName) =>
    createSignedCookie({
      name: settings.isSecure ? `__Host-${name}` : name,
      secrets: settings.secrets,
      attributes: attributesOf(name, settings),
      unboundShape: UNBOUND[name],
    })
  return {
    session: create('session'),
    remember: create('remember'),
    csrf: create('csrf'),
    device: create('device'),
    flash: create('flash'),
    link: create('link'),
    language: create('language'),
  }
}

/** Signs cookies of an older secret again. Mount it behind the sessions: an id that is over must not come back. Not the remember cookie: its end is known elsewhere (auth/remember-cookie.ts). */
export function renewSignatures({ session, ...others }: SignedCookies): RequestHandler {
  const kept = [others.csrf, others.device, others.language]
  return (req, res, next) => {
    const isLoaded = req.sessionID === session.read(req)
    // The answer that gave this browser a session signed what else it had: to verify that is work for nothing.
    if (isLoaded && !session.isSignedBefore(req)) return next()
    for (const cookie of isLoaded ? [session, ...kept] : kept) {
      if (cookie.isSignedBefore(req)) cookie.write(res, cookie.read(req) ?? '')
    }
    next()
  }
}

// Lax, not Strict: a link in an email has to find its reader logged in.
function attributesOf(name: CookieName, { isSecure }: CookieSettings): CookieOptions {
  const base = { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure } as const
  return name === 'device' || name === 'language' ? { ...base, maxAge: days(400) } : base
}

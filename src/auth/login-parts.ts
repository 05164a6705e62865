import type { EventEmitter } from 'node:events'
import type { Request } from 'express'
import type { AnyUser, LoginManagerOptions } from './options.ts'
import type { OpenSession } from './passport.ts'
import type { RememberCookie } from './remember-cookie.ts'
import type { RememberMe } from './remember-me.ts'
import type { RememberSeries } from './remember-store.ts'

/** What happens to visitors, by name: Flask-Login's signals, and one for a remember cookie used twice. Listeners run before the answer goes out and must not throw. */
export type LoginEvents<User> = {
  loggedIn: [{ user: User; req: Request }]
  loggedOut: [{ user: User | null; req: Request }]
  loadedFromCookie: [{ user: User; req: Request }]
  loadedFromRequest: [{ user: User; req: Request }]
  loginConfirmed: [{ user: User; req: Request }]
  unauthorized: [{ req: Request }]
  needsRefresh: [{ user: User; req: Request }]
  accessed: [{ user: User | null; req: Request }]
  sessionProtected: [{ req: Request; mode: 'basic' | 'strong' }]
  rememberStolen: [{ series: RememberSeries; req: Request }]
}

export type LoginEmitter<User> = EventEmitter<LoginEvents<User>>

/** What guards, logging in, logging out and recognising a visitor work with. */
export type LoginParts = {
  options: LoginManagerOptions<AnyUser>
  events: LoginEmitter<AnyUser>
  openSession: OpenSession
  rememberMe: RememberMe
  cookie: RememberCookie
}

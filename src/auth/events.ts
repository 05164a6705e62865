import { EventEmitter } from 'node:events'
import type { Request } from 'express'
import type { RememberSeries } from './remember-store.ts'

/** What happens to visitors, by name: Flask-Login's signals, and one for a remember cookie used twice. */
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

/** Returns the emitter of one login manager. Listeners run before the answer goes out, and must not throw. */
export function createLoginEmitter<User>(): LoginEmitter<User> {
  return new EventEmitter<LoginEvents<User>>()
}

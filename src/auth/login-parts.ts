import type { LoginEmitter } from './events.ts'
import type { LoginManagerOptions } from './options.ts'
import type { PassportSessions } from './passport.ts'
import type { RememberCookie } from './remember-cookie.ts'
import type { RememberMe } from './remember-me.ts'

/** What the acts of a login manager work with. */
export type LoginParts<User> = {
  options: LoginManagerOptions<User>
  events: LoginEmitter<User>
  sessions: PassportSessions<User>
  rememberMe: RememberMe
  cookie: RememberCookie
}

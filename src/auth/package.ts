// What the package has that scripts/pack-auth.mjs makes of this folder.

export { saveThenRedirect } from './express-session.ts'
export type { FormWords, Guards } from './guards.ts'
export {
  findInterruptedPost,
  type InterruptedPost,
  resumePost,
  takeInterruptedPost,
} from './interrupted-post.ts'
export type { LogInOptions } from './login.ts'
export { createLoginManager, type LoginManager } from './login-manager.ts'
export type { LoginEmitter, LoginEvents } from './login-parts.ts'
export type { LoginState } from './login-state.ts'
export { loginUrl, makeNextParam, nextOf, safeNext } from './next.ts'
export {
  type GivenOptions,
  type GuardOptions,
  type LoginManagerOptions,
  type RememberCookieOptions,
  takeFingerprint,
} from './options.ts'
export { createLocalAuthentication } from './passport.ts'
export {
  createMemoryRememberStore,
  type RememberSeries,
  type RememberStore,
  type Rotation,
  type Superseded,
} from './remember-store.ts'

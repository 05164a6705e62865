import type { Accounts, User } from './accounts/accounts.ts'
import { endStolenDevice, logOutDevice } from './accounts/device-list.ts'
import { recordLogin } from './accounts/devices.ts'
import { findUser, verifyCredentials } from './accounts/users.ts'
import { createLoginManager, type LoginManager } from './auth/login-manager.ts'
import { createLocalAuthentication } from './auth/passport.ts'
import type { Tables } from './database/database.ts'
import { formatLoginId, parseLoginId } from './database/login-id.ts'
import { createRememberStore } from './database/remember-store.ts'
import { type NewLogin, SessionStore } from './database/session-store.ts'
import { type Browsers, describeBrowser } from './http/browsers.ts'
import { makeCsrfSecret } from './http/csrf.ts'
import type { FlashCategory } from './http/flash.ts'
import { hangUpOf } from './http/hang-up.ts'
import type { Parts, Rooms } from './rooms.ts'
import { logLoginEvents, logRefusedLogin } from './security-log.ts'
import { isSecure } from './settings.ts'

/** Takes the parts and what knows browsers; returns the sessions, each of which writes down its device and its event. */
export function openSessionStore(
  { database, clock, settings }: Parts,
  browsers: Browsers,
): SessionStore {
  const limits = { idle: settings.sessionIdle, max: settings.sessionMax }
  const onLogin = async (tables: Tables, { session, req, ...login }: NewLogin) => {
    if (!session.login || !req.res) return
    const { startedBy, deviceId } = session.login
    const browser = { browserId: browsers.identify(req, req.res), browser: describeBrowser(req) }
    session.login.deviceId = await recordLogin(tables, {
      ...login,
      ...browser,
      startedBy,
      deviceId,
    })
  }
  return new SessionStore({ database, clock, limits, onLogin })
}

/** Takes the parts and the accounts; returns how Passport is asked whose a name and a password are. */
export function openAuthentication({ log }: Parts, accounts: Accounts): Rooms['authenticate'] {
  return createLocalAuthentication(async (identifier, password, req) => {
    const attempt = { identifier, password, browser: describeBrowser(req), signal: hangUpOf(req) }
    const outcome = await verifyCredentials(accounts, attempt)
    logRefusedLogin(log, req, outcome)
    return outcome
  })
}

type AuthNeeds = Pick<Rooms, 'accounts' | 'browsers' | 'cookies' | 'flashes' | 'sessionStore'>

/** Takes the parts and what knows users, browsers and messages; returns the login manager of this application. */
export function openAuth(
  { database, settings, clock, log }: Parts,
  needs: AuthNeeds,
): LoginManager<User> {
  const { accounts, cookies, flashes, sessionStore } = needs
  const auth = createLoginManager<User>({
    secrets: settings.secrets,
    origin: settings.appUrl,
    clock,
    getId: formatLoginId,
    loadUser: async (id, req) => {
      // The query that found the session has brought its user along.
      const owner = sessionStore.ownerOf(req)
      return owner && formatLoginId(owner) === id ? owner : findLoggedInUser(accounts, id)
    },
    flash: (req, res, message, category) =>
      flashes.add(req, res, category as FlashCategory, message),
    loginView: '/login',
    loginMessageCategory: 'info',
    refreshView: '/reauthenticate',
    needsRefreshMessageCategory: 'info',
    homeView: '/dashboard',
    alreadyLoggedInMessage: 'You are logged in already. To use another account, log out first.',
    sessionProtection: settings.sessionProtection,
    freshFor: settings.freshFor,
    sessionFields: async () => ({ csrfSecret: makeCsrfSecret() }),
    logOutDevice: (deviceId) => logOutDevice(accounts, deviceId),
    endStolenSeries: ({ id, loginId, deviceId }, req) =>
      endStolenDevice(accounts, {
        id,
        userId: parseLoginId(loginId)?.userId ?? '',
        deviceId,
        browser: describeBrowser(req),
      }),
    remember: {
      store: createRememberStore(database),
      name: cookies.nameOf('remember'),
      duration: settings.rememberFor,
      secure: isSecure(settings),
    },
  })
  logLoginEvents(auth.events, log)
  return auth
}

// The epoch decides as it does in the session's own query: what an older one made is over.
async function findLoggedInUser(accounts: Accounts, loginId: string): Promise<User | null> {
  const parsed = parseLoginId(loginId)
  const user = parsed && (await findUser(accounts, parsed.userId))
  return user && user.authEpoch === parsed.authEpoch ? user : null
}

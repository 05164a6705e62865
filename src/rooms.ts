import type { Request, Response } from 'express'
import type { Logger } from 'pino'
import type { Accounts, User } from './accounts/accounts.ts'
import { endStolenDevice } from './accounts/device-list.ts'
import { recordLogin } from './accounts/devices.ts'
import { createHashGate, hashesAtOnce } from './accounts/hash-gate.ts'
import { createPasswords } from './accounts/password-hash.ts'
import { findUser, type LoginOutcome, verifyCredentials } from './accounts/users.ts'
import { APP_NAME } from './app-name.ts'
import { createLoginManager, type LoginManager } from './auth/login-manager.ts'
import { createLocalAuthentication } from './auth/passport.ts'
import type { Clock } from './clock.ts'
import type { Database, Tables } from './database/database.ts'
import { formatLoginId, parseLoginId } from './database/login-id.ts'
import { createRememberStore } from './database/remember-store.ts'
import { type NewLogin, SessionStore } from './database/session-store.ts'
import { type Browsers, createBrowsers, describeBrowser } from './http/browsers.ts'
import { makeCsrfSecret } from './http/csrf.ts'
import { createFlashes, type FlashCategory, type Flashes } from './http/flash.ts'
import { createSignedCookies, type SignedCookies } from './http/signed-cookies.ts'
import { createThrottle, type Throttle } from './http/throttle.ts'
import type { Settings } from './settings.ts'

/** What createApp is given, so that a test can give it another. */
export type Parts = { database: Database; settings: Settings; clock: Clock; log: Logger }

/** What a page can be handed: the rooms, each ready to use. */
export type Rooms = Parts & {
  accounts: Accounts
  auth: LoginManager<User>
  /** Asks Passport whose name and password the form has; null when one of the two is missing. */
  authenticate: (req: Request, res: Response) => Promise<LoginOutcome | null>
  sessionStore: SessionStore
  browsers: Browsers
  cookies: SignedCookies
  flashes: Flashes
  throttle: Throttle
}

/** Takes the parts; returns the rooms, joined where one needs something of another without knowing it. */
export function openRooms(parts: Parts): Rooms {
  const { database, settings } = parts
  const { secrets, rememberFor } = settings
  const cookies = createSignedCookies({ secrets, isSecure: isSecure(settings), rememberFor })
  const flashes = createFlashes(cookies)
  const browsers = createBrowsers(cookies)
  const accounts = openAccounts(parts)
  const sessionStore = openSessionStore(parts, browsers)
  return {
    ...parts,
    accounts,
    auth: openAuth(parts, { accounts, browsers, cookies, flashes, sessionStore }),
    authenticate: createLocalAuthentication((login, password, req) =>
      verifyCredentials(accounts, { login, password, browser: describeBrowser(req) }),
    ),
    sessionStore,
    browsers,
    cookies,
    flashes,
    throttle: createThrottle(database, settings.throttle),
  }
}

/** Says whether browsers reach us over TLS, wherever it ends. */
export function isSecure(settings: Settings): boolean {
  return settings.appUrl.startsWith('https:')
}

function openAccounts({ database, clock, settings }: Parts): Accounts {
  // The processes of one machine share its cores.
  const concurrency = Math.max(1, Math.floor(hashesAtOnce() / settings.processes))
  const gate = createHashGate({ concurrency })
  const passwords = createPasswords({ cost: settings.bcryptCost, gate })
  const passwordRules = { minLength: settings.passwordMinLength, appName: APP_NAME }
  const mustConfirm = settings.registration === 'verified'
  return { database, passwords, clock, mustConfirm, passwordRules }
}

function openSessionStore({ database, clock, settings }: Parts, browsers: Browsers): SessionStore {
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

type AuthNeeds = Pick<Rooms, 'accounts' | 'browsers' | 'cookies' | 'flashes' | 'sessionStore'>

function openAuth({ database, settings, clock }: Parts, needs: AuthNeeds): LoginManager<User> {
  const { accounts, cookies, flashes, sessionStore } = needs
  return createLoginManager<User>({
    secrets: settings.secrets,
    origin: settings.appUrl,
    clock,
    getId: formatLoginId,
    loadUser: async (id, req) => sessionStore.ownerOf(req) ?? findLoggedInUser(accounts, id),
    flash: (req, res, message, category) =>
      flashes.add(req, res, category as FlashCategory, message),
    loginView: '/login',
    loginMessageCategory: 'info',
    refreshView: '/reauthenticate',
    needsRefreshMessageCategory: 'info',
    homeView: '/dashboard',
    sessionProtection: settings.sessionProtection,
    freshFor: settings.freshFor,
    sessionFields: async () => ({ csrfSecret: makeCsrfSecret() }),
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
}

// The epoch decides as it does in the session's own query: what an older one made is over.
async function findLoggedInUser(accounts: Accounts, loginId: string): Promise<User | null> {
  const login = parseLoginId(loginId)
  const user = login && (await findUser(accounts, login.userId))
  return user && user.authEpoch === login.authEpoch ? user : null
}

import type { Application, Request, Response } from 'express'
import type { Logger } from 'pino'
import type { Accounts, CountVerification } from './accounts/accounts.ts'
import { HashQueue, hashesAtOnce, Overloaded } from './accounts/hash-queue.ts'
import { emailKeyOf, identifierKeyOf } from './accounts/identifiers.ts'
import { doJob as doAccountJob } from './accounts/jobs.ts'
import { createLinkUrls } from './accounts/link-tokens.ts'
import { createPasswords } from './accounts/password-hash.ts'
import { findUser, type User, verifyCredentials } from './accounts/users.ts'
import { APP_NAME } from './app-name.ts'
import { readSession, saveThenRedirect } from './auth/express-session.ts'
import { createLoginManager, type LoginManager } from './auth/login-manager.ts'
import { currentUser, loggedInUser } from './auth/login-state.ts'
import { nextOf } from './auth/next.ts'
import { takeFingerprint } from './auth/options.ts'
import { createLocalAuthentication } from './auth/passport.ts'
import type { Clock } from './clock.ts'
import type { Database, Tables } from './database/database.ts'
import { makeCsrfSecret } from './http/csrf.ts'
import { createFlashes, type FlashCategory } from './http/flash.ts'
import { SECRET_FIELDS } from './http/form.ts'
import { createLanguages } from './http/language.ts'
import { networkOf } from './http/network.ts'
import { createSignedCookies } from './http/signed-cookies.ts'
import { sayBrowser } from './http/user-agent.ts'
import { createVisits } from './http/visit.ts'
import { createMailbox } from './mail/mailbox.ts'
import { createSender, type SenderOptions } from './mail/sender.ts'
import { createRenderer } from './mail/templates.ts'
import { createMailTransport } from './mail/transport.ts'
import { logLoginEvents, logRefusedLogin } from './runtime/security-log.ts'
import { processIndex } from './runtime/workers.ts'
import { endStolenDevice, logOutDevice } from './sessions/device-list.ts'
import { findUserAndDevice, recordLogin } from './sessions/devices.ts'
import { createRememberStore } from './sessions/remember-store.ts'
import { formatLoginId, parseLoginId } from './sessions/session-rows.ts'
import { type NewLogin, SessionStore } from './sessions/session-store.ts'
import { isSecure, listMailHints, type Settings } from './settings/settings.ts'
import { createBudgets, type LoginTarget, limitsOf, type Principal } from './throttle/budgets.ts'
import { createThrottle, noThrottle, type Throttle } from './throttle/throttle.ts'
import { catalogue as ourCatalogue } from './words/catalogue.ts'
import { type Catalogue, readText, type Text, text } from './words/words.ts'

/** What createApp is given, so that tests can replace it. */
type Foundation = {
  database: Database
  settings: Settings
  clock: Clock
  log: Logger
  /** Whether requests keep the main thread busy: then fewer passwords are hashed at once. */
  isBusy?: () => boolean
}

/** Everything a page is given. */
export type Services = ReturnType<typeof createServices>

// Not in app.locals or app.settings: templates can read both.
const servicesOfApp = new WeakMap<Application, Services>()

export function provideServices(app: Application, services: Services): void {
  servicesOfApp.set(app, services)
}

/** What handlers work with. */
export function servicesOf(req: Request): Services {
  const services = servicesOfApp.get(req.app)
  if (!services) throw new Error('This application was given no services')
  return services
}

/** The only composition: joins the rooms that must not know each other. */
export function createServices(foundation: Foundation, catalogue = ourCatalogue) {
  const { settings, isBusy } = foundation
  const http = openHttp(settings, catalogue)
  const atOnce = { processes: settings.processes, index: processIndex() }
  const hashQueue = new HashQueue({ concurrency: hashesAtOnce(atOnce), isBusy })
  const accounts = openAccounts(foundation, hashQueue)
  const sessionStore = openSessionStore(foundation, http)
  const throttle = openThrottle(foundation)
  const doJob: SenderOptions['doJob'] = (job, claim) => {
    const countVerification: CountVerification = (tables, recipient) =>
      throttle.countWithin(tables, limitsOf('verifications-to', { recipient }))
    return doAccountJob({ ...accounts, countVerification }, job, claim)
  }
  return {
    ...foundation,
    ...http,
    accounts,
    auth: openAuth(foundation, http, accounts, sessionStore),
    authenticate: openAuthentication(foundation, http, accounts),
    sessionStore,
    doJob,
    mail: openMail({ ...foundation, catalogue }, doJob, throttle),
    mailHints: listMailHints(settings),
    hashQueue,
    throttle,
    findLoginTarget: (req: Request, name: string) => findLoginTarget(accounts, http, req, name),
    principalOf,
  }
}

type Http = ReturnType<typeof openHttp>

function openHttp({ secrets, defaultLanguage, appUrl }: Settings, catalogue: Catalogue) {
  const cookies = createSignedCookies({ secrets, isSecure: isSecure({ appUrl }) })
  const flashes = createFlashes(cookies.flash)
  const chosenBy = (req: Request) => currentUser<User>(req)?.language ?? null
  const languages = { catalogue, defaultLanguage, cookie: cookies.language, chosenBy }
  const wordsFor = createLanguages(languages)
  return {
    catalogue,
    cookies,
    flashes,
    wordsFor,
    timeZoneFor: (req: Request) => currentUser<User>(req)?.timeZone,
    ...createVisits({ device: cookies.device, wordsFor, secrets }),
    nextOf: (req: Request) => nextOf(req, appUrl),
    /** Goes to a page that says so. */
    redirectWith(req: Request, res: Response, path: string, ...said: [FlashCategory, ...Text[]]) {
      flashes.add(req, res, ...said)
      return saveThenRedirect(req, res, 303, path)
    },
  }
}

function openMail(
  { settings, ...foundation }: Foundation & { catalogue: Catalogue },
  doJob: SenderOptions['doJob'],
  throttle: Throttle,
) {
  const { secrets, appUrl, isProduction } = settings
  const linkUrl = createLinkUrls(secrets, appUrl)
  const options = { ...foundation, ...settings, appName: APP_NAME, linkUrl, sayBrowser }
  const render = createRenderer(options)
  const transport = createMailTransport(options)
  const countDelivery = (kind: string, email: string) =>
    throttle.count(limitsOf('delivery', { recipient: emailKeyOf(email), kind }))
  const keepsSent = !isProduction
  return {
    sender: createSender({ ...options, render, transport, doJob, countDelivery, keepsSent }),
    /** Empty in production, where nothing is kept. */
    mailbox: createMailbox(foundation.database, render),
  }
}

function openAccounts({ database, clock, settings }: Foundation, queue: HashQueue): Accounts {
  const passwords = createPasswords({ cost: settings.bcryptCost, queue })
  const passwordRules = { minLength: settings.passwordMinLength, appName: APP_NAME }
  return { database, passwords, clock, passwordRules }
}

function openThrottle({ database, clock, settings }: Foundation): Throttle {
  if (!settings.throttle) return noThrottle
  const budgets = createBudgets(settings)
  const wasNeverMade = (error: unknown) => error instanceof Overloaded
  return createThrottle({ database, clock, budgets, wasNeverMade })
}

async function findLoginTarget(
  { database }: Accounts,
  { visitOf }: Http,
  req: Request,
  name: string,
): Promise<LoginTarget> {
  const nameKey = identifierKeyOf(name)
  const { userId, deviceId } = await findUserAndDevice(database, nameKey, visitOf(req).deviceTokens)
  const device = userId && deviceId ? { userId, deviceId } : null
  return { network: networkOf(req), nameKey, device }
}

function principalOf(req: Request): Principal {
  const { id: userId } = loggedInUser<User>(req)
  const deviceId = readSession(req).login?.deviceId ?? ''
  return { userId, deviceId, network: networkOf(req) }
}

// Where a login leads: the page that is read most.
const HOME = '/dashboard'

// Each login writes down its device and its event.
function openSessionStore(
  { database, clock, settings }: Foundation,
  { visitOf, keepDeviceToken }: Http,
): SessionStore {
  const limits = { idle: settings.sessionIdle, max: settings.sessionMax }
  const onLogin = async (tables: Tables, { session, req, ...login }: NewLogin) => {
    const { startedBy, deviceId } = session.login
    const device = await recordLogin(tables, { ...login, ...visitOf(req), startedBy, deviceId })
    session.login.deviceId = device.id
    return () => {
      if (req.res) keepDeviceToken(req, req.res, device)
    }
  }
  const needsActivity = ({ path }: Request) => path === HOME
  return new SessionStore({ database, clock, limits, needsActivity, onLogin })
}

function openAuthentication({ log }: Foundation, { visitOf }: Http, accounts: Accounts) {
  return createLocalAuthentication(async (identifier, password, req) => {
    const outcome = await verifyCredentials(accounts, { identifier, password, ...visitOf(req) })
    logRefusedLogin(log, req, outcome)
    return outcome
  })
}

function openAuth(
  { database, settings, clock, log }: Foundation,
  { cookies, flashes, visitOf }: Http,
  accounts: Accounts,
  sessionStore: SessionStore,
): LoginManager<User> {
  const auth = createLoginManager<User>({
    secrets: settings.secrets,
    origin: settings.appUrl,
    clock,
    getId: formatLoginId,
    loadUser: async (id, req) => {
      // The query that found the session has brought its user along.
      const user = sessionStore.rowOf(readSession(req))?.user ?? null
      return user && formatLoginId(user) === id ? user : findLoggedInUser(accounts, id)
    },
    flash: (req, res, message) => flashes.add(req, res, 'info', readText(message)),
    loginView: '/login',
    loginMessage: text('login.required'),
    refreshView: '/reauthenticate',
    needsRefreshMessage: text('login.password-required'),
    homeView: HOME,
    alreadyLoggedInMessage: text('login.already'),
    sessionProtection: settings.sessionProtection,
    fingerprint: (req) => takeFingerprint(req, networkOf(req)),
    freshFor: settings.freshFor,
    secretFields: SECRET_FIELDS,
    sessionFields: async () => ({ csrfSecret: makeCsrfSecret() }),
    logOutDevice: (deviceId) => logOutDevice(accounts, deviceId),
    endStolenSeries: ({ id, loginId, deviceId }, req) => {
      const userId = parseLoginId(loginId)?.userId ?? ''
      return endStolenDevice(accounts, { id, userId, deviceId }, visitOf(req))
    },
    remember: {
      store: createRememberStore(database),
      name: cookies.remember.name,
      duration: settings.rememberFor,
      secure: isSecure(settings),
    },
  })
  logLoginEvents(auth.events, log)
  return auth
}

// As in the session's own query (sessions/session-rows.ts): a login from an older epoch is over.
async function findLoggedInUser(accounts: Accounts, loginId: string): Promise<User | null> {
  const parsed = parseLoginId(loginId)
  const user = parsed && (await findUser(accounts, parsed.userId))
  return user && user.authEpoch === parsed.authEpoch ? user : null
}

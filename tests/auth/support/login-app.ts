import { fileURLToPath } from 'node:url'
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
} from 'express'
import session, { MemoryStore } from 'express-session'
import { createLoginManager, type LoginManager } from '../../../src/auth/login-manager.ts'
import type { LoginEvents } from '../../../src/auth/login-parts.ts'
import type { GivenOptions } from '../../../src/auth/options.ts'
import { createMemoryRememberStore } from '../../../src/auth/remember-store.ts'
import { openBrowser, type Visit } from './browser.ts'
import { listPeople, type Person } from './people.ts'
import { createTestClock } from './test-clock.ts'

export type LoginAppSettings = {
  options?: Partial<Omit<GivenOptions<Person>, 'remember'>>
  remember?: Partial<GivenOptions<Person>['remember']>
  /** Makes the session cookie one with a date. */
  sessionMaxAge?: number
  /** Adds pages behind the middleware. */
  addPages?: (app: Express, manager: LoginManager<Person>) => void
}

export type LoginApp = ReturnType<typeof createLoginApp>

/** An application on the login manager alone, as Flask-Login's tests have it: protection off unless asked for. */
export function createLoginApp(settings: LoginAppSettings = {}) {
  const people = listPeople()
  const clock = createTestClock()
  const loaded: string[] = []
  const flashed: { category: string; message: string }[] = []
  const rememberStore = createMemoryRememberStore()
  const sessions = new MemoryStore()
  const manager = createLoginManager<Person>({
    secrets: ['a secret for tests'],
    clock: clock.now,
    loadUser(id) {
      loaded.push(id)
      return people.get(id) ?? null
    },
    flash: (_req, _res, message, category) => flashed.push({ category, message }),
    sessionProtection: 'off',
    ...settings.options,
    remember: { name: 'remember', store: rememberStore, ...settings.remember },
  })
  const heard = listenTo(manager)
  const openSession = createSessions(sessions, settings)
  const app = assemble(manager, people, openSession, settings)
  const browse = () => openBrowser(app, clock.now)
  const inside = { loaded, flashed, heard, sessions, openSession, rememberStore }
  return { app, manager, people, clock, browse, ...inside }
}

function createSessions(store: MemoryStore, { sessionMaxAge }: LoginAppSettings): RequestHandler {
  const cookie = sessionMaxAge === undefined ? {} : { maxAge: sessionMaxAge }
  const saving = { resave: false, saveUninitialized: false }
  return session({ store, name: 'session', secret: 'another secret', ...saving, cookie })
}

function assemble(
  manager: LoginManager<Person>,
  people: Map<string, Person>,
  openSession: RequestHandler,
  { addPages }: LoginAppSettings,
): Express {
  const app = express()
  app.use('/static', express.static(fileURLToPath(new URL('public', import.meta.url))))
  app.get('/public', (req, res) => void res.json({ name: manager.currentUser(req)?.name ?? null }))
  app.use(openSession, express.json(), manager.middleware)
  addActs(app, manager, people)
  addPages?.(app, manager)
  app.use(answerError)
  return app
}

function addActs(app: Express, manager: LoginManager<Person>, people: Map<string, Person>): void {
  const tell = (req: Request, result: unknown = null): Visit => ({
    result,
    id: manager.currentUser(req)?.id ?? null,
    name: manager.currentUser(req)?.name ?? null,
    isFresh: manager.isFresh(req),
    isRemembered: manager.isRemembered(req),
  })
  app.get('/who', (req, res) => void res.json(tell(req)))
  app.post('/log-in', async (req, res) => {
    const { id, asked } = req.body
    const person = people.get(String(id))
    if (!person) throw new Error(`No user has the id ${id}`)
    const result = await manager.logIn(req, res, person, asked)
    res.json(tell(req, result))
  })
  app.post('/log-out', async (req, res) => {
    const user = await manager.logOut(req, res)
    res.json(tell(req, user))
  })
  app.post('/confirm', async (req, res) => {
    const result = await manager.confirmLogin(req, res)
    res.json(tell(req, result))
  })
  app.get('/secret', manager.requireLogin, (_req, res) => void res.send('the secret'))
  app.get('/needs-refresh', manager.requireFreshLogin, (_req, res) => void res.send('fresh'))
  app.get('/next', (req, res) => void res.json({ next: req.session.next ?? null }))
}

const answerError: ErrorRequestHandler = (error, _req, res, _next) => {
  res.status(error.status ?? 500).json({ error: error.message })
}

type EventName = keyof LoginEvents<Person>

/** What a login manager emits, by the event's name. */
function listenTo(manager: LoginManager<Person>) {
  const all: { name: EventName; payload: { user?: Person | null } }[] = []
  for (const name of EVENT_NAMES) {
    manager.events.on(name, (payload: object) => void all.push({ name, payload }))
  }
  return (name: EventName) =>
    all.filter((event) => event.name === name).map(({ payload }) => payload)
}

const EVENT_NAMES: EventName[] = [
  'loggedIn',
  'loggedOut',
  'loadedFromCookie',
  'loadedFromRequest',
  'loginConfirmed',
  'unauthorized',
  'needsRefresh',
  'accessed',
  'sessionProtected',
  'rememberStolen',
]

import type { Request } from 'express'
import { type SessionData, Store } from 'express-session'
import type { SessionEnd } from '../auth/ended-session.ts'
import type { TakeSession } from '../auth/express-session.ts'
import type { Clock } from '../clock.ts'
import { changeTogether } from '../database/change-together.ts'
import type { Database, Tables } from '../database/database.ts'
import { holdDevice } from './devices.ts'
import { createLateVisits, type LateVisit } from './late-visits.ts'
import { endOldest } from './row-limits.ts'
import { findSessionEnd, noteReplacement } from './session-end.ts'
import {
  columnsOf,
  deleteSession,
  findSession,
  hashSessionId,
  keepRow,
  type LoginId,
  limitsOf,
  parseLoginId,
  parseSession,
  readRow,
  type SessionLimits,
  type StoredSession,
  timesOf,
  timeToWrite,
} from './session-rows.ts'

/** A session that a user has just logged in with, and the request that did it. */
export type NewLogin = LoginId & { session: SessionData; req: Request; at: Date }

type SessionStoreOptions = {
  database: Database
  clock: Clock
  limits: SessionLimits
  /** Whether a request will show the latest events: its session is then read together with them, in one statement. */
  needsActivity?: (req: Request) => boolean
  /** Writes, in the transaction that inserts the session, what else belongs to a login: its event, and the device that it puts into the session. Returns what to do once it is committed. */
  onLogin?: (tables: Tables, login: NewLogin) => Promise<() => void>
}

type Done = (error?: unknown) => void

type Session = SessionData & { req?: Request }

const replacedIds = new WeakMap<object, string>()

/** A session is inserted once, when its id is new, and from then on only updated where it is still alive: a request under way cannot bring back what has been ended meanwhile (express-session #632). */
export class SessionStore extends Store {
  /** Put here by express-session: gives the request a new, empty session. */
  declare generate: (req: Request) => void
  readonly #options: SessionStoreOptions
  readonly #lateVisits = createLateVisits((id, visit) => this.#writeVisit(id, visit))

  constructor(options: SessionStoreOptions) {
    super()
    this.#options = options
  }

  /** What the database has of a session, or null. A session that this request has started brings neither user nor events. */
  rowOf(session: object): StoredSession | null {
    return readRow(session) ?? null
  }

  /** How the session ended that a browser still names. */
  findEnd(id: string): Promise<SessionEnd> {
    return findSessionEnd(this.#options.database, id, this.#options.clock())
  }

  override get(id: string, done: TakeSession, req?: Request): void {
    this.#find(id, req).then((session) => done(null, session), done)
  }

  override set(id: string, session: Session, done: Done = () => {}): void {
    this.#write(id, session).then(() => done(), done)
  }

  // After a login express-session saves the same once more: it does not know what Passport has saved.
  #write(id: string, session: Session): Promise<void> {
    const known = readRow(session)
    if (!known) return this.#insert(id, session)
    const isSame = columnsOf(session).data === known.data
    return isSame ? this.#touch(id, session) : this.#update(id, session)
  }

  override touch(id: string, session: Session, done: Done = () => {}): void {
    this.#touch(id, session).then(() => done(), done)
  }

  /** For the end of the process: writes the visits that it would have written within a minute. */
  writeLateVisits(): Promise<void> {
    return this.#lateVisits.writeAll()
  }

  override destroy(id: string, done: Done = () => {}): void {
    this.#lateVisits.forget(id)
    // Not a lone statement: a logout that was acknowledged survives a power cut.
    const work = changeTogether(this.#options.database, (tables) => deleteSession(tables, id))
    work.then(() => done(), done)
  }

  // The old row is deleted where the new one is inserted (#insert), so that a logout in between wins.
  // Most visitors had no row.
  override regenerate(req: Request, done: (error?: unknown) => void): void {
    const old = readRow(req.session) ? req.sessionID : null
    this.generate(req)
    if (old) replacedIds.set(req.session, old)
    done()
  }

  override createSession(req: Request, data: Session) {
    const session = super.createSession(req, data)
    const row = readRow(data)
    if (row) keepRow(session, row)
    return session
  }

  async #find(id: string, req?: Request): Promise<Session | null> {
    const { database, clock, needsActivity } = this.#options
    const now = clock()
    const find = () => findSession(database, id, now, req && needsActivity?.(req))
    let found = await find()
    // Over, as far as was written.
    if (!found && (await this.#lateVisits.writeNow(id))) found = await find()
    if (!found) return null
    const session = parseSession(found)
    keepRow(session, found)
    return session
  }

  async #insert(id: string, session: Session): Promise<void> {
    const { database, clock, limits, onLogin } = this.#options
    const now = clock()
    const createdAt = new Date(session.login?.since ?? now)
    const times = timesOf(createdAt, now, limitsOf(session, limits))
    const { req } = session
    const old = replacedIds.get(session)
    const user = parseLoginId(session.passport?.user)
    let whenCommitted: (() => void) | undefined
    await changeTogether(database, async (tables) => {
      // Logged out meanwhile: start nothing. The next request finds no session.
      if (!(await holdDevice(tables, session.login?.deviceId))) return
      if (user && req) whenCommitted = await onLogin?.(tables, { ...user, session, req, at: now })
      // Of two requests that replace one session at once, the second must not resume its form once more.
      if (old && !(await deleteSession(tables, old)) && session.interruptedPost)
        session.interruptedPost.isResumed = true
      // Only now does it hold its device.
      const data = { idHash: hashSessionId(id), ...columnsOf(session), ...times }
      await tables.session.create({ data })
      await endOldest(tables, 'Session', session.login?.deviceId, now)
      // Requests that come along with a remember cookie start sessions of their own: each may be answered alone.
      const isRestored = session.login?.startedBy === 'remember'
      const formerId = old ?? (isRestored ? undefined : req?.endedSession?.id)
      if (formerId) await noteReplacement(tables, formerId, session, now)
    })
    whenCommitted?.()
    keepRow(session, { ...columnsOf(session), createdAt, lastSeenAt: now, user: null })
  }

  async #update(id: string, session: Session): Promise<void> {
    const { database, clock, limits } = this.#options
    const now = clock()
    const known = readRow(session)
    const createdAt = known?.createdAt ?? now
    const columns = columnsOf(session)
    await database.session.updateMany({
      where: { idHash: hashSessionId(id), expiresAt: { gt: now } },
      data: { ...columns, ...timesOf(createdAt, now, limitsOf(session, limits)) },
    })
    keepRow(session, { user: null, ...known, data: columns.data, createdAt, lastSeenAt: now })
  }

  /** Notes a visit that may be written later; false where it must be written now. */
  keepVisit(id: string, session: Session): boolean {
    const [known, at] = [readRow(session), this.#options.clock()]
    if (!known || at <= known.lastSeenAt) return true
    const limits = limitsOf(session, this.#options.limits)
    const wait = timeToWrite(known.lastSeenAt, at, limits)
    if (wait > 0) this.#lateVisits.keep(id, { at, createdAt: known.createdAt, limits }, wait)
    return wait > 0
  }

  async #touch(id: string, session: Session): Promise<void> {
    const known = readRow(session)
    if (!known || this.keepVisit(id, session)) return
    this.#lateVisits.forget(id)
    const limits = limitsOf(session, this.#options.limits)
    await this.#writeVisit(id, { at: this.#options.clock(), createdAt: known.createdAt, limits })
  }

  // Where the session was alive at that time.
  async #writeVisit(id: string, { at, createdAt, limits }: LateVisit): Promise<void> {
    await this.#options.database.session.updateMany({
      where: { idHash: hashSessionId(id), expiresAt: { gt: at }, lastSeenAt: { lt: at } },
      data: timesOf(createdAt, at, limits),
    })
  }
}

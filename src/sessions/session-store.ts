import type { Request } from 'express'
import { type SessionData, Store } from 'express-session'
import type { Clock } from '../clock.ts'
import { changeTogether } from '../database/change-together.ts'
import type { Database, Tables } from '../database/database.ts'
import { holdDevice } from './device-hold.ts'
import { createLateVisits, type LateVisit } from './late-visits.ts'
import { type LoginId, parseLoginId } from './login-id.ts'
import {
  columnsOf,
  findSession,
  hashSessionId,
  type SessionLimits,
  type SessionOwner,
  timesOf,
  timeToWrite,
} from './session-rows.ts'

/** A session that somebody has just logged in with, and the request that did it. */
export type NewLogin = LoginId & { session: SessionData; req: Request; at: Date }

export type SessionStoreOptions = {
  database: Database
  clock: Clock
  limits: SessionLimits
  /** Writes, in the transaction that inserts the session, what else belongs to a login: its event, and the device that it puts into the session. */
  onLogin?: (tables: Tables, login: NewLogin) => Promise<void>
}

type Done = (error?: unknown) => void
type Stored = { data: string; createdAt: Date; lastSeenAt: Date; owner: SessionOwner | null }

// A symbol, because express-session takes the other keys of a session for its data.
const stored = Symbol('stored')
const replaced = Symbol('replaced')
type Session = SessionData & { req?: Request; [stored]?: Stored; [replaced]?: string }

/** Sessions in the database. A session is inserted once, when its id is new, and from then on only updated where it is still alive: a request under way cannot bring back what has been ended meanwhile (express-session #632). */
export class SessionStore extends Store {
  /** Put here by express-session: gives the request a new, empty session. */
  declare generate: (req: Request) => void
  readonly #options: SessionStoreOptions
  readonly #lateVisits = createLateVisits((id, visit) => this.#writeVisit(id, visit))

  constructor(options: SessionStoreOptions) {
    super()
    this.#options = options
  }

  /** Returns the user that the session of this request brought along, or null. */
  ownerOf(req: Request): SessionOwner | null {
    return (req.session as Session)[stored]?.owner ?? null
  }

  override get(id: string, done: (error: unknown, session?: SessionData | null) => void): void {
    this.#find(id).then((session) => done(null, session), done)
  }

  override set(id: string, session: Session, done: Done = () => {}): void {
    this.#write(id, session).then(() => done(), done)
  }

  // After a login express-session saves the same once more: it does not know what Passport has saved.
  #write(id: string, session: Session): Promise<void> {
    const known = session[stored]
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
    const where = { idHash: hashSessionId(id) }
    // Not a lone statement: a logout that was acknowledged survives a power cut.
    const work = changeTogether(this.#options.database, (tables) =>
      tables.session.deleteMany({ where }),
    )
    work.then(() => done(), done)
  }

  // The old row is deleted where the new one is inserted (#insert), so that a logout in between wins.
  // Most visitors had no row.
  override regenerate(req: Request, done: (error?: unknown) => void): void {
    const old = (req.session as Session)[stored] ? req.sessionID : null
    this.generate(req)
    if (old) hide(req.session as Session, replaced, old)
    done()
  }

  override createSession(req: Request, data: Session) {
    const session: Session = super.createSession(req, data)
    if (data[stored]) hide(session, stored, data[stored])
    return session as ReturnType<Store['createSession']>
  }

  async #find(id: string): Promise<Session | null> {
    const { database, clock } = this.#options
    const now = clock()
    let found = await findSession(database, id, now)
    // Over, as far as was written.
    if (!found && (await this.#lateVisits.writeNow(id)))
      found = await findSession(database, id, now)
    if (!found) return null
    return { ...JSON.parse(found.data), cookie: { originalMaxAge: null }, [stored]: found }
  }

  async #insert(id: string, session: Session): Promise<void> {
    const { database, clock, limits, onLogin } = this.#options
    const now = clock()
    const times = timesOf(now, now, limits)
    const { req, [replaced]: old } = session
    const owner = parseLoginId(session.passport?.user)
    await changeTogether(database, async (tables) => {
      // Not an error: like a session that was ended later in the request, it is simply not there.
      if (!(await holdDevice(tables, session.login?.deviceId))) return
      if (owner && req) await onLogin?.(tables, { ...owner, session, req, at: now })
      // Only now does it hold its device.
      const data = { idHash: hashSessionId(id), ...columnsOf(session), ...times }
      await tables.session.create({ data })
      if (old) await tables.session.deleteMany({ where: { idHash: hashSessionId(old) } })
    })
    hide(session, stored, { ...columnsOf(session), createdAt: now, lastSeenAt: now, owner: null })
  }

  async #update(id: string, session: Session): Promise<void> {
    const { database, clock, limits } = this.#options
    const now = clock()
    const bornAt = session[stored]?.createdAt ?? now
    const columns = columnsOf(session)
    await database.session.updateMany({
      where: { idHash: hashSessionId(id), expiresAt: { gt: now } },
      data: { ...columns, ...timesOf(bornAt, now, limits) },
    })
    const written = { data: columns.data, createdAt: bornAt, lastSeenAt: now }
    hide(session, stored, { owner: null, ...session[stored], ...written })
  }

  async #touch(id: string, session: Session): Promise<void> {
    const { clock, limits } = this.#options
    const [known, at] = [session[stored], clock()]
    if (!known || at <= known.lastSeenAt) return
    const visit = { at, createdAt: known.createdAt }
    const wait = timeToWrite(known.lastSeenAt, at, limits)
    if (wait > 0) return this.#lateVisits.keep(id, visit, wait)
    this.#lateVisits.forget(id)
    await this.#writeVisit(id, visit)
  }

  // Where the session was alive at that time.
  async #writeVisit(id: string, { at, createdAt }: LateVisit): Promise<void> {
    const { database, limits } = this.#options
    await database.session.updateMany({
      where: { idHash: hashSessionId(id), expiresAt: { gt: at }, lastSeenAt: { lt: at } },
      data: timesOf(createdAt, at, limits),
    })
  }
}

// Not to be seen by whoever copies a session's fields into a new one: that one has no row yet.
function hide<Key extends keyof Session>(session: Session, key: Key, value: Session[Key]): void {
  Object.defineProperty(session, key, { value, enumerable: false, configurable: true })
}

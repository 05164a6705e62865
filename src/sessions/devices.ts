import { createHash, randomUUID } from 'node:crypto'
import { type EventKind, recordAndNotify, recordEvent } from '../accounts/events.ts'
import type { Database, Tables } from '../database/database.ts'

/** Somebody logging in with a browser: what the browser calls itself, and the random id that its device cookie holds. */
export type BrowserLogin = {
  userId: string
  authEpoch: number
  /** The device that its remember series or its session before belongs to, if it had one. */
  deviceId: string | null
  browserId: string
  browser: string
  startedBy: string
  at: Date
}

/** Takes the tables of the transaction that starts a session; writes down device and event, and returns the device's id. */
export async function recordLogin(tables: Tables, login: BrowserLogin): Promise<string> {
  const known = login.deviceId ?? (await findDevice(tables, login))
  const kind = await kindOfLogin(tables, login, known)
  const deviceId = known ?? (await createDevice(tables, login))
  if (known) await greetDevice(tables, known, login)
  const { userId, at, browser } = login
  if (kind === 'new-device') {
    const user = await tables.user.findUniqueOrThrow({ where: { id: userId } })
    await recordAndNotify(tables, user, { kind, at, browser, deviceId })
  } else if (kind) await recordEvent(tables, { userId, kind, at, browser, deviceId })
  return deviceId
}

// One that was revoked is never taken up again: what was ended with it must stay ended.
async function findDevice(tables: Tables, { userId, browserId }: BrowserLogin) {
  const device = await tables.device.findFirst({
    where: { userId, tokenHash: hashBrowserId(browserId), revokedAt: null },
    orderBy: { createdAt: 'desc' },
    select: { id: true },
  })
  return device?.id ?? null
}

async function kindOfLogin(
  tables: Tables,
  { userId, startedBy }: BrowserLogin,
  known: string | null,
): Promise<EventKind | null> {
  // What starts these two is an event of its own: an account created, a password changed.
  if (startedBy === 'registration' || startedBy === 'renewal') return null
  if (startedBy === 'remember') return 'remembered'
  if (startedBy === 'reauthentication') return 'reauthenticated'
  const isNew = known === null && (await tables.device.count({ where: { userId } })) > 0
  return isNew ? 'new-device' : 'logged-in'
}

async function createDevice(tables: Tables, login: BrowserLogin): Promise<string> {
  const { userId, authEpoch, browserId, browser, startedBy, at } = login
  const id = randomUUID()
  const tokenHash = hashBrowserId(browserId)
  const times = { createdAt: at, lastSeenAt: at }
  await tables.device.create({
    data: { id, userId, authEpoch, tokenHash, label: browser, startedBy, ...times },
  })
  return id
}

async function greetDevice(tables: Tables, id: string, { browser, at }: BrowserLogin) {
  await tables.device.updateMany({ where: { id }, data: { label: browser, lastSeenAt: at } })
}

/** Takes the id in a device cookie; returns the form in which it rests in the database. */
export function hashBrowserId(browserId: string): string {
  return createHash('sha256').update(browserId).digest('base64url')
}

/** Tells whether the user has logged in with this browser, and the device was not revoked since. */
export async function isKnownDevice(
  database: Database,
  userId: string,
  browserId: string | null,
): Promise<boolean> {
  if (browserId === null) return false
  const where = { userId, tokenHash: hashBrowserId(browserId), revokedAt: null }
  return (await database.device.count({ where })) > 0
}

export type Target = { userId: string | null; isKnownDevice: boolean }

/** Takes the folded name or address that somebody wants to log in with, and the id of their browser if it has one; says whose that is and whether they have logged in with it, in one statement. */
export async function findTarget(
  database: Database,
  identifierKey: string,
  browserId: string | null,
): Promise<Target> {
  const tokenHash = hashBrowserId(browserId ?? '')
  const [row] = await database.$queryRaw<{ id: string; deviceId: string | null }[]>`
    SELECT u."id", d."id" AS "deviceId" FROM "User" u
    LEFT JOIN "Device" d
      ON d."userId" = u."id" AND d."tokenHash" = ${tokenHash} AND d."revokedAt" IS NULL
    WHERE u."usernameKey" = ${identifierKey} OR u."emailKey" = ${identifierKey} LIMIT 1`
  return { userId: row?.id ?? null, isKnownDevice: Boolean(row?.deviceId) }
}

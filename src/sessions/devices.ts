import { createHash, randomUUID } from 'node:crypto'
import { type EventKind, recordAndNotify, recordEvent } from '../accounts/events.ts'
import type { Verification } from '../accounts/verification.ts'
import { type Database, Prisma, type Tables } from '../database/database.ts'
import { endOldest } from './row-limits.ts'

// A device is known while its user has the epoch that it was made in and it is not revoked. Its token is bound
// to this one user and replaced at each login, so that a copied cookie is worth nothing after the next one.

/** What a browser brings along when a user logs in there. */
export type BrowserLogin = {
  userId: string
  authEpoch: number
  /** The device that its remember series or its session before belongs to, if it had one. */
  deviceId: string | null
  deviceTokens: string[]
  /** The token that the device has from now on. */
  nextDeviceToken: string
  browser: string
  ip: string | null
  startedBy: string
  at: Date
}

/** A device and, where it has a new token, what the cookie of its browser is to hold in place of what. */
export type StartedDevice = { id: string; token: string | null; endedTokens: string[] }

/** Writes down device and event in the transaction that starts a session. */
export async function recordLogin(tables: Tables, login: BrowserLogin): Promise<StartedDevice> {
  if (login.deviceId) {
    await greetDevice(tables, login.deviceId, login)
    await recordLoginEvent(tables, login, { deviceId: login.deviceId, isNew: false })
    return { id: login.deviceId, token: null, endedTokens: [] }
  }
  const isFirst = (await tables.device.count({ where: { userId: login.userId } })) === 0
  const { isKnown, ...device } = await startDevice(tables, login)
  await recordLoginEvent(tables, login, { deviceId: device.id, isNew: !isKnown && !isFirst })
  return device
}

/** Makes this browser a known device of the user, under a new token. A device that was known already goes on. */
export async function startDevice(
  tables: Tables,
  login: Omit<BrowserLogin, 'deviceId'>,
): Promise<StartedDevice & { isKnown: boolean }> {
  const { userId, authEpoch, deviceTokens, nextDeviceToken: token } = login
  // It changes nothing, but locks the row: a second press of the button waits until the first has made the device.
  const data = { authEpoch: { increment: 0 } }
  await tables.user.updateMany({ where: { id: userId, authEpoch }, data })
  const tokens = [token, ...deviceTokens]
  const devices = await tables.device.findMany({
    where: { userId, tokenHash: { in: tokens.map(hashToken) } },
  })
  const known = devices.find((each) => !each.revokedAt && each.authEpoch === authEpoch)
  const id = known?.id ?? (await createDevice(tables, login))
  if (known) await greetDevice(tables, id, login, { tokenHash: hashToken(token) })
  const hashes = new Set(devices.map(({ tokenHash }) => tokenHash))
  const endedTokens = deviceTokens.filter((each) => hashes.has(hashToken(each)))
  return { id, token, endedTokens, isKnown: known !== undefined }
}

async function createDevice(
  tables: Tables,
  login: Omit<BrowserLogin, 'deviceId'>,
): Promise<string> {
  const { userId, authEpoch, nextDeviceToken, browser: label, ip, startedBy, at } = login
  const id = randomUUID()
  const tokenHash = hashToken(nextDeviceToken)
  const times = { createdAt: at, lastSeenAt: at }
  const data = { id, userId, authEpoch, tokenHash, label, ip, startedBy, ...times }
  await tables.device.create({ data })
  await endOldest(tables, 'Device', userId, at)
  return id
}

// A browser that stays logged in through a change of password is carried into the new epoch.
async function greetDevice(
  tables: Tables,
  id: string,
  { browser, ip, at, authEpoch }: Pick<BrowserLogin, 'browser' | 'ip' | 'at' | 'authEpoch'>,
  more: { tokenHash?: string } = {},
): Promise<void> {
  const data = { label: browser, ip, lastSeenAt: at, authEpoch, ...more }
  await tables.device.updateMany({ where: { id }, data })
}

// Not registration and renewal: what they follow is an event of its own.
const KINDS: Record<string, EventKind> = {
  remember: 'remembered',
  reauthentication: 'reauthenticated',
  password: 'logged-in',
}

async function recordLoginEvent(
  tables: Tables,
  { userId, startedBy, at, browser, ip }: BrowserLogin,
  { deviceId, isNew }: { deviceId: string; isNew: boolean },
): Promise<void> {
  const kind = KINDS[startedBy]
  // The login manager tells the log of it.
  const change = { tables, at, by: { browser, ip } }
  if (kind === 'logged-in' && isNew) {
    const user = await tables.user.findUniqueOrThrow({ where: { id: userId } })
    await recordAndNotify(change, user, 'new-device', deviceId)
  } else if (kind) await recordEvent(change, userId, kind, deviceId)
}

type UserAndDevice = { userId: string | null; deviceId: string | null }

/** The account that a folded user name or email means, and which of its known devices this browser is, in one statement. */
export async function findUserAndDevice(
  database: Database,
  identifierKey: string,
  deviceTokens: string[],
): Promise<UserAndDevice> {
  const [row] = await database.$queryRaw<UserAndDevice[]>`
    SELECT u."id" AS "userId", d."id" AS "deviceId" FROM "User" u
    LEFT JOIN "Device" d ON ${isKnownBy(deviceTokens)}
    WHERE u."usernameKey" = ${identifierKey} OR u."emailKey" = ${identifierKey} LIMIT 1`
  return row ?? { userId: null, deviceId: null }
}

/** Whether the registration to be verified was made in this browser, or the browser is a known device of the user. */
export async function knowsBrowser(
  tables: Tables,
  verification: Verification,
  deviceTokens: string[],
): Promise<boolean> {
  if (verification.kind !== 'registration')
    return isKnownDevice(tables, verification.link.userId, deviceTokens)
  const { deviceTokenHash } = verification.pending
  return deviceTokens.some((token) => hashToken(token) === deviceTokenHash)
}

/** Whether the user has logged in with this browser, and has not changed the password or revoked the device since. */
export async function isKnownDevice(
  tables: Tables,
  userId: string,
  deviceTokens: string[],
): Promise<boolean> {
  const rows = await tables.$queryRaw<{ id: string }[]>`
    SELECT d."id" FROM "User" u JOIN "Device" d ON ${isKnownBy(deviceTokens)}
    WHERE u."id" = ${userId} LIMIT 1`
  return rows.length > 0
}

function isKnownBy(deviceTokens: string[]): Prisma.Sql {
  // A list in SQL cannot be empty.
  const hashes = ['', ...deviceTokens].map(hashToken)
  return Prisma.sql`d."userId" = u."id" AND d."authEpoch" = u."authEpoch"
    AND d."revokedAt" IS NULL AND d."tokenHash" IN (${Prisma.join(hashes)})`
}

/** The form in which a device token rests in the database. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url')
}

// Logging a device out and starting a session on it both write its row first, so one waits for the other:
// a request that was running during the logout then starts nothing.

/** Call it before a login goes on at a device, null for a new one; false when it was logged out or revoked meanwhile. */
export async function holdDevice(tables: Tables, id: string | null | undefined): Promise<boolean> {
  if (!id) return true
  const unrevoked = { id, revokedAt: null }
  // It changes nothing: writing the row is what makes others wait.
  await tables.device.updateMany({ where: unrevoked, data: { revokedAt: null } })
  const isLoggedIn = { OR: [{ sessions: { some: {} } }, { series: { some: {} } }] }
  return (await tables.device.count({ where: { ...unrevoked, ...isLoggedIn } })) > 0
}

/** Ends every session and series of a device, also one that is being started at this moment. The device stays known. */
export async function emptyDevice(tables: Tables, id: string, now: Date): Promise<void> {
  await tables.device.updateMany({ where: { id }, data: { lastSeenAt: now } })
  await tables.rememberSeries.deleteMany({ where: { deviceId: id } })
  await tables.session.deleteMany({ where: { deviceId: id } })
}

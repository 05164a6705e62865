import type { Accounts } from '../accounts/accounts.ts'
import { type Actor, change } from '../accounts/change.ts'
import { voidLinks } from '../accounts/email-links.ts'
import { recordAndNotify, recordEvent } from '../accounts/events.ts'
import { changeOwnUser, findUser, toUser, type User } from '../accounts/users.ts'
import { latestPossible } from '../clock.ts'
import { changeTogether } from '../database/change-together.ts'
import { minutes } from '../durations.ts'
import { type BrowserLogin, emptyDevice, type StartedDevice, startDevice } from './devices.ts'

/** A browser that can still act for its user, as the user sees it. Nothing in it logs a user in. */
export type ListedDevice = {
  id: string
  label: string
  /** Of its latest login. */
  ip: string | null
  lastSeenAt: Date
  isActive: boolean
  isCurrent: boolean
  isRemembered: boolean
}

type Row = {
  id: string
  label: string
  ip: string | null
  lastSeenAt: Date
  sessionSeenAt: Date | string | null
  isRemembered: boolean | number
}

/** The devices with a live session or remember series, in one statement; the current one comes first. */
export async function listDevices(
  { database, clock }: Accounts,
  { id, authEpoch }: User,
  currentId: string | null,
): Promise<ListedDevice[]> {
  const now = clock()
  const latest = latestPossible(now)
  const rows = await database.$queryRaw<Row[]>`
    SELECT d."id", d."label", d."ip", d."lastSeenAt",
      s."seenAt" AS "sessionSeenAt", r."deviceId" IS NOT NULL AS "isRemembered"
    FROM "Device" d
    LEFT JOIN (SELECT "deviceId", MAX("lastSeenAt") AS "seenAt" FROM "Session"
      WHERE "userId" = ${id} AND "authEpoch" = ${authEpoch} AND "expiresAt" > ${now}
        AND "lastSeenAt" <= ${latest}
      GROUP BY "deviceId") s ON s."deviceId" = d."id"
    LEFT JOIN (SELECT DISTINCT "deviceId" FROM "RememberSeries"
      WHERE "userId" = ${id} AND "authEpoch" = ${authEpoch} AND "expiresAt" > ${now}
        AND "createdAt" <= ${latest}) r ON r."deviceId" = d."id"
    WHERE d."userId" = ${id} AND d."revokedAt" IS NULL
      AND (s."deviceId" IS NOT NULL OR r."deviceId" IS NOT NULL)`
  return rows.map((row) => toListed(row, currentId, now)).sort(currentThenLatest)
}

// A visit is written down once a minute.
const ACTIVE_WITHIN = minutes(5)

function toListed(row: Row, currentId: string | null, now: Date): ListedDevice {
  // An aggregate has no column type: SQLite gives the time as text.
  const seen = [row.lastSeenAt, row.sessionSeenAt].map((time) => new Date(time ?? 0).getTime())
  const isCurrent = row.id === currentId
  const lastSeen = Math.max(...seen)
  return {
    id: row.id,
    label: row.label,
    ip: row.ip,
    lastSeenAt: new Date(lastSeen),
    isActive: isCurrent || now.getTime() - lastSeen < ACTIVE_WITHIN,
    isCurrent,
    isRemembered: Boolean(row.isRemembered),
  }
}

function currentThenLatest(one: ListedDevice, other: ListedDevice): number {
  if (one.isCurrent !== other.isCurrent) return one.isCurrent ? -1 : 1
  return other.lastSeenAt.getTime() - one.lastSeenAt.getTime()
}

/** The user of a device that is not revoked, if they can log in. */
export async function findUserOfDevice(accounts: Accounts, id: string): Promise<User | null> {
  const device = await accounts.database.device.findUnique({ where: { id, revokedAt: null } })
  return device && findUser(accounts, device.userId)
}

/** Ends the sessions and the remember series of one of the user's devices at once. False when that was done before, or it is not theirs. */
export function revokeDevice(
  accounts: Accounts,
  { id: userId }: User,
  deviceId: string,
  by: Actor,
): Promise<boolean> {
  return change(accounts, by, async (change) => {
    const where = { id: deviceId, userId, revokedAt: null }
    const data = { revokedAt: change.at }
    const { count } = await change.tables.device.updateMany({ where, data })
    if (count === 1) await recordEvent(change, userId, 'device-logged-out', deviceId)
    return count === 1
  })
}

/** Ends the sessions and the remember series of a device that goes on being known. */
export function logOutDevice({ database, clock }: Accounts, deviceId: string): Promise<void> {
  return changeTogether(database, (tables) => emptyDevice(tables, deviceId, clock()))
}

/** Makes the browser that has used a link to set a password a known device. Logs no user in. */
export function knowDevice(
  { database, clock }: Accounts,
  { id: userId, authEpoch }: Pick<User, 'id' | 'authEpoch'>,
  browser: Pick<BrowserLogin, 'browser' | 'ip' | 'deviceTokens' | 'nextDeviceToken'>,
): Promise<StartedDevice> {
  const login = { ...browser, userId, authEpoch, startedBy: 'password', at: clock() }
  return changeTogether(database, (tables) => startDevice(tables, login))
}

/** Ends every session, remember series, known device and pending change of email, also one that is being made this moment. Returns the user in the new epoch, or null when this session was ended meanwhile. */
export function revokeOtherDevices(
  accounts: Accounts,
  user: User,
  by: Actor,
): Promise<User | null> {
  return change(accounts, by, async (change) => {
    const changed = await changeOwnUser(change.tables, user, { authEpoch: { increment: 1 } })
    if (!changed) return null
    // A change of email that an intruder began would outlive the intruder's session.
    await voidLinks(change.tables, user.id, ['verify-new-email'])
    await recordAndNotify(change, changed, 'others-logged-out')
    return toUser(changed)
  })
}

/** Ends the device of a series whose cookie was copied, and tells its user. */
export function endStolenDevice(
  accounts: Accounts,
  { id, userId, deviceId }: { id: string; userId: string; deviceId: string | null },
  by: Actor,
): Promise<void> {
  return change(accounts, by, async (change) => {
    const { tables, at } = change
    // The device first, as everywhere: two transactions that wait for each other would both fail.
    if (deviceId)
      await tables.device.updateMany({ where: { id: deviceId }, data: { revokedAt: at } })
    const { count } = await tables.rememberSeries.deleteMany({ where: { id } })
    // Of two requests with the copy, one reports it.
    if (count === 0) return
    const user = await tables.user.findUniqueOrThrow({ where: { id: userId } })
    await recordAndNotify(change, user, 'remember-token-stolen', deviceId)
  })
}

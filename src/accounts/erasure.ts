import { setImmediate } from 'node:timers/promises'
import { changeTogether } from '../database/change-together.ts'
import { type Database, Prisma } from '../database/database.ts'
import { deleteBatch, type Table } from '../database/delete-batch.ts'
import { voidLinks } from './email-links.ts'

const ACCOUNTS_AT_ONCE = 50

/** When a half-erased account was due: no date that a user could still come back by. */
export const BEING_ERASED = new Date(0)

// Devices last: deleting one takes its sessions and series along, however many there are.
const TABLES: readonly Table[] = [
  { name: 'Session', key: 'idHash' },
  { name: 'RememberSeries', key: 'id' },
  { name: 'EmailLink', key: 'id' },
  { name: 'SecurityEvent', key: 'id' },
  { name: 'OutboxMessage', key: 'id' },
  { name: 'Device', key: 'id' },
]

/** Erases accounts that are due, a few rows at a time; returns how many. What a crash or an abort leaves over is erased by the next call. */
export async function eraseDueAccounts(
  database: Database,
  now: Date,
  signal?: AbortSignal,
): Promise<number> {
  const due = await database.user.findMany({
    where: { deletionDueAt: { lte: now } },
    orderBy: { deletionDueAt: 'asc' },
    select: { id: true },
    take: ACCOUNTS_AT_ONCE,
  })
  let erased = 0
  for (const { id } of due) {
    if (await eraseDueAccount(database, { id, now, signal })) erased++
  }
  return erased
}

/** The same for one account. */
export async function eraseDueAccount(
  database: Database,
  { id, now, signal }: { id: string; now: Date; signal?: AbortSignal | undefined },
): Promise<boolean> {
  return (
    (await markAsErased(database, id, now)) &&
    (await deleteRows(database, id, signal)) &&
    (await deleteUser(database, id))
  )
}

// From here on no link, password or operator brings the account back: it would come back half empty.
function markAsErased(database: Database, id: string, now: Date): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    const { count } = await tables.user.updateMany({
      where: { id, deletionDueAt: { lte: now } },
      data: {
        deletionDueAt: BEING_ERASED,
        disabledAt: now,
        passwordHash: null,
        authEpoch: { increment: 1 },
      },
    })
    if (count === 1) await voidLinks(tables, id)
    return count === 1
  })
}

async function deleteRows(database: Database, userId: string, signal?: AbortSignal) {
  const which = Prisma.sql`"userId" = ${userId}`
  for (const table of TABLES) {
    while (!signal?.aborted && (await deleteBatch(database, table, which))) {
      // Promises alone would run to the end before the loop looks at any request.
      await setImmediate()
    }
  }
  return !signal?.aborted
}

// With what requests under way have written meanwhile. The outbox has no key that would take its rows along.
function deleteUser(database: Database, id: string): Promise<boolean> {
  return changeTogether(database, async (tables) => {
    await tables.outboxMessage.deleteMany({ where: { userId: id } })
    const { count } = await tables.user.deleteMany({ where: { id, deletionDueAt: BEING_ERASED } })
    return count === 1
  })
}

import type { Database, SecurityEvent } from '../database/database.ts'
import { PAGE, readPages } from '../database/pages.ts'
import type { Records } from './accounts.ts'
import { type Actor, change } from './change.ts'
import { recordAndNotify } from './events.ts'
import { SECRET_COLUMNS, type User } from './users.ts'

type Keyed = { id: string }
type EventPlace = Keyed & { at: Date }

/** Records that the user asked for their data. Returns the text of one JSON object, read as fast as it is taken: everything held about the account but what would log in as its user. */
export async function startExport(
  accounts: Records,
  user: User,
  by: Actor,
): Promise<AsyncIterable<string>> {
  const { database } = accounts
  const exportedAt = await change(accounts, by, async (change) => {
    await recordAndNotify(change, user, 'exported')
    return change.at
  })
  const where = { id: user.id }
  const account = await database.user.findUnique({ where, omit: SECRET_COLUMNS })
  return writeFile(database, user.id, { exportedAt, account })
}

async function* writeFile(database: Database, userId: string, head: object) {
  yield JSON.stringify(head, null, 2).slice(0, -'\n}'.length)
  yield* writeLists(database, userId)
  yield '\n}'
}

async function* writeLists(database: Database, userId: string) {
  const inOrder = { take: PAGE, orderBy: { id: 'asc' } } as const
  const following = (last?: Keyed) => ({ userId, id: { gt: last?.id ?? '' } })
  yield* writeList('devices', ['tokenHash'], (last?: Keyed) =>
    database.device.findMany({ ...inOrder, where: following(last) }),
  )
  yield* writeList('sessions', ['idHash', 'data'], (last?: { idHash: string }) =>
    database.session.findMany({
      take: PAGE,
      orderBy: { idHash: 'asc' },
      where: { userId, idHash: { gt: last?.idHash ?? '' } },
    }),
  )
  const secretsOfSeries = ['id', 'tokenHash', 'previousHash', 'keyId'] as const
  yield* writeList('rememberSeries', secretsOfSeries, (last?: Keyed) =>
    database.rememberSeries.findMany({ ...inOrder, where: following(last) }),
  )
  yield* writeList('pendingLinks', ['id'], (last?: Keyed) =>
    database.emailLink.findMany({ ...inOrder, where: following(last) }),
  )
  yield* writeList('events', [], (last?: EventPlace) => findEvents(database, userId, last))
  yield* writeList('notes', [], (last?: Keyed) =>
    database.note.findMany({ ...inOrder, where: following(last) }),
  )
  yield* writeList('mail', [], (last?: Keyed) =>
    database.outboxMessage.findMany({ ...inOrder, where: following(last) }),
  )
}

/** A page of a user's events in the order of time, after the last one of the page before. */
export function findEvents(
  database: Database,
  userId: string,
  { at, id }: EventPlace = { at: new Date(0), id: '' },
): Promise<SecurityEvent[]> {
  // Compared as a row, which the index answers: an import gives thousands of events the same time.
  return database.$queryRaw`SELECT * FROM "SecurityEvent"
    WHERE "userId" = ${userId} AND ("at", "id") > (${at}, ${id})
    ORDER BY "at", "id" LIMIT ${PAGE}`
}

async function* writeList<Row extends object>(
  name: string,
  secrets: readonly (keyof Row & string)[],
  find: (last?: Row) => Promise<Row[]>,
) {
  const hidden: readonly string[] = secrets
  const hideSecrets = (key: string, value: unknown) => (hidden.includes(key) ? undefined : value)
  const write = (row: Row) => JSON.stringify(row, hideSecrets, 2).replaceAll('\n', '\n    ')
  yield `,\n  "${name}": [`
  let separator = '\n    '
  for await (const rows of readPages(find)) {
    yield separator + rows.map(write).join(',\n    ')
    separator = ',\n    '
  }
  yield separator.startsWith(',') ? '\n  ]' : ']'
}

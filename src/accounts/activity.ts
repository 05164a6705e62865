import type { Database, SecurityEvent } from '../database/database.ts'
import type { Engine } from '../database/database-url.ts'
import type { Key } from '../words/words.ts'
import { type EventGroup, groupOf, listKinds, textOf } from './events.ts'

/** An event as its user sees it. */
export type Activity = {
  id: string
  kind: string
  text: Key
  group: EventGroup
  browser: string
  at: Date
  count: number
  deviceId: string | null
}

/** Where a page of events ends; the next one goes on from there, also among events of one moment. */
export type Place = { at: Date; id: string }

type Wanted = { most: number; group?: EventGroup | undefined; before?: Place | undefined }

const SHOWN = ['id', 'kind', 'browser', 'at', 'count', 'deviceId'] as const

type ShownEvent = Pick<SecurityEvent, (typeof SHOWN)[number]>

const PAST_ALL: Place = { at: new Date('9999-12-31T00:00:00Z'), id: '' }

/** The latest events of an account, newest first. */
export async function listActivity(
  database: Database,
  userId: string,
  { most, group, before = PAST_ALL }: Wanted,
): Promise<Activity[]> {
  const statement = `${STATEMENTS[group ?? 'all']} LIMIT ${most}`
  const events = await database.read<ShownEvent>(statement, [userId, before.at, before.id])
  return events.map(toActivity)
}

const LATEST = 20

/** The events that `selectLatest` selects, by a statement of their own. */
export function listLatest(database: Database, userId: string): Promise<Activity[]> {
  return listActivity(database, userId, { most: LATEST })
}

const AS_JSON = {
  sqlite: { list: 'json_group_array', array: 'json_array', time: '"at"' },
  // PostgreSQL writes a timestamp into JSON without a zone, and JavaScript would read it as local time.
  postgresql: { list: 'json_agg', array: 'json_build_array', time: `"at" AT TIME ZONE 'UTC'` },
} as const satisfies Record<Engine, { list: string; array: string; time: string }>

/** A column for a statement of another room: the latest events of a user, as JSON for `readLatest`. `owner` is the user's id in that statement, such as `s."userId"`. */
export function selectLatest(owner: string, engine: Engine): string {
  const { list, array, time } = AS_JSON[engine]
  const columns = SHOWN.map((name) => (name === 'at' ? time : `"${name}"`))
  // The list keeps the order of the subquery. An order of its own would make SQLite fill and sort a table once more.
  return `(
    SELECT CAST(${list}(${array}(${columns.join(', ')})) AS TEXT)
    FROM (
      SELECT * FROM "SecurityEvent" WHERE "userId" = ${owner}
      ORDER BY "at" DESC, "id" DESC LIMIT ${LATEST}
    ) latest
  )`
}

/** In the order of SHOWN. */
type Listed = [
  id: string,
  kind: string,
  browser: string,
  at: string,
  count: number,
  deviceId: string | null,
]

/** What the column of `selectLatest` holds, newest first; null where there is no user. */
export function readLatest(column: string | null): Activity[] {
  const events: Listed[] = JSON.parse(column ?? '[]')
  return events.map(([id, kind, browser, at, count, deviceId]) =>
    toActivity({ id, kind, browser, at: new Date(at), count, deviceId }),
  )
}

function toActivity({ id, kind, browser, at, count, deviceId }: ShownEvent): Activity {
  return { id, kind, text: textOf(kind), group: groupOf(kind), browser, at, count, deviceId }
}

// Compared as a row, which the index answers. The limit stands in the text: bound as a value, it makes SQLite plan
// the statement anew for each page, which takes longer than to run it.
function selectEvents(condition = ''): string {
  return `
    SELECT ${SHOWN.map((column) => `"${column}"`).join(', ')} FROM "SecurityEvent"
    WHERE "userId" = $1 AND ("at", "id") < ($2, $3)${condition}
    ORDER BY "at" DESC, "id" DESC`
}

function selectGroup(group: EventGroup): string {
  const kinds = listKinds(group).map((kind) => `'${kind}'`)
  return selectEvents(` AND "kind" IN (${kinds.join(', ')})`)
}

const STATEMENTS: Record<EventGroup | 'all', string> = {
  all: selectEvents(),
  login: selectGroup('login'),
  warning: selectGroup('warning'),
  password: selectGroup('password'),
  account: selectGroup('account'),
}

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

const SHOWN: (keyof SecurityEvent)[] = ['id', 'kind', 'browser', 'at', 'count', 'deviceId']

const PAST_ALL: Place = { at: new Date('9999-12-31T00:00:00Z'), id: '' }

/** The latest events of an account, newest first. */
export async function listActivity(
  database: Database,
  userId: string,
  { most, group, before = PAST_ALL }: Wanted,
): Promise<Activity[]> {
  const statement = `${STATEMENTS[group ?? 'all']} LIMIT ${most}`
  const events = await database.read<SecurityEvent>(statement, [userId, before.at, before.id])
  return events.map(toActivity)
}

const LATEST = 20

/** The events that `selectLatest` selects, by a statement of their own. */
export function listLatest(database: Database, userId: string): Promise<Activity[]> {
  return listActivity(database, userId, { most: LATEST })
}

const AS_JSON = {
  sqlite: { list: 'json_group_array', object: 'json_object', time: '"at"' },
  // json_build_object writes a timestamp without a zone, which JavaScript would read as local time.
  postgresql: { list: 'json_agg', object: 'json_build_object', time: `"at" AT TIME ZONE 'UTC'` },
} as const satisfies Record<Engine, { list: string; object: string; time: string }>

/** A column for a statement of another room: the latest events of a user, as JSON for `readLatest`. `owner` is the user's id in that statement, such as `s."userId"`. */
export function selectLatest(owner: string, engine: Engine): string {
  const { list, object, time } = AS_JSON[engine]
  const pairs = SHOWN.map((name) => `'${name}', ${name === 'at' ? time : `"${name}"`}`)
  const newestFirst = 'ORDER BY "at" DESC, "id" DESC'
  return `(
    SELECT CAST(${list}(${object}(${pairs.join(', ')}) ${newestFirst}) AS TEXT)
    FROM (
      SELECT * FROM "SecurityEvent" WHERE "userId" = ${owner} ${newestFirst} LIMIT ${LATEST}
    ) latest
  )`
}

/** What the column of `selectLatest` holds, newest first; null where there is no user. */
export function readLatest(column: string | null): Activity[] {
  const events: SecurityEvent[] = JSON.parse(column ?? '[]')
  for (const event of events) event.at = new Date(event.at)
  return events.map(toActivity)
}

function toActivity({ id, kind, browser, at, count, deviceId }: SecurityEvent): Activity {
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

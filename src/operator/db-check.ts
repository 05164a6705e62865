import { type Database, openDatabase } from '../database/database.ts'
import { readDatabaseUrl } from '../database/database-url.ts'
import { findPendingMigrations } from '../database/migrate.ts'
import { rowsOf, TABLE_NAMES } from '../database/rows.ts'
import { assertSound } from '../database/sqlite-copy.ts'
import { minutes, seconds } from '../durations.ts'
import { describeFailure } from '../runtime/failure.ts'
import type { Settings } from '../settings/settings.ts'
import type { Outcome } from './outcome.ts'

/** Looks at everything and changes nothing. */
export async function checkDatabase({ databaseUrl }: Settings): Promise<Outcome> {
  const pending = await findPendingMigrations(databaseUrl)
  const database = await openDatabase(databaseUrl)
  const checks = {
    migrations: async () => describeMigrations(pending),
    tables: () => checkTables(database),
    integrity: async () => checkIntegrity(databaseUrl),
    clock: () => checkClock(database),
    mail: () => checkMail(database),
  }
  const findings = await Promise.all(Object.entries(checks).map(find))
  await database.close()
  const lines = findings.map(
    ({ name, isRight, words }) => `${isRight ? 'ok   ' : 'WRONG'} ${name}: ${words}`,
  )
  return { lines, json: findings, exitCode: findings.every(({ isRight }) => isRight) ? 0 : 1 }
}

type Check = () => Promise<string>

function find([name, check]: [string, Check]) {
  return check().then(
    (words) => ({ name, isRight: true, words }),
    (error) => ({ name, isRight: false, words: describeFailure(error) }),
  )
}

function describeMigrations(pending: string[]): string {
  if (pending.length === 0) return 'all are applied'
  throw new Error(`${pending.join(', ')} is missing: the server applies it when it starts`)
}

async function checkTables(database: Database): Promise<string> {
  for (const name of TABLE_NAMES) await rowsOf(database, name).findMany({ take: 1 })
  return `${TABLE_NAMES.length} are as this release expects them`
}

function checkIntegrity(databaseUrl: string): string {
  const address = readDatabaseUrl(databaseUrl)
  if (address.engine === 'postgresql') return 'not looked at; pg_amcheck does'
  assertSound(address.file)
  return 'the file is sound'
}

const CLOCK_TOLERANCE = seconds(2)

// SQLite has no clock of its own. What was written by one that went wrong shows in both.
async function checkClock(database: Database): Promise<string> {
  const newest = await database.securityEvent.findFirst({ orderBy: { at: 'desc' } })
  const ahead = (newest?.at.getTime() ?? 0) - Date.now()
  if (ahead > CLOCK_TOLERANCE) throw new Error(`an event lies ${ahead} ms in the future`)
  const offset = database.engine === 'postgresql' ? await measureOffset(database) : 0
  if (Math.abs(offset) > CLOCK_TOLERANCE) throw new Error(`${offset} ms apart from PostgreSQL’s`)
  return 'no time lies in the future'
}

async function measureOffset(database: Database): Promise<number> {
  const [row] = await database.$queryRaw<{ ms: number }[]>`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "ms"`
  return Math.round((row?.ms ?? 0) - Date.now())
}

async function checkMail({ outboxMessage }: Database): Promise<string> {
  const isWaiting = { sentAt: null }
  const isLate = { nextAttemptAt: { lt: new Date(Date.now() - minutes(10)) } }
  const waiting = await outboxMessage.count({ where: isWaiting })
  const late = await outboxMessage.count({ where: { ...isWaiting, ...isLate } })
  const failed = await outboxMessage.count({ where: { ...isWaiting, attempts: { gt: 1 } } })
  const words = `${waiting} waiting, ${failed} failed more than once, ${late} overdue by ten minutes`
  if (failed + late > 0) throw new Error(words)
  return words
}

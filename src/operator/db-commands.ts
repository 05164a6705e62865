import { existsSync, rmSync } from 'node:fs'
import { type PostgresqlAddress, readDatabaseUrl } from '../database/database-url.ts'
import { findPendingMigrations } from '../database/migrate.ts'
import { moveDatabase } from '../database/move.ts'
import { copySqlite, isInUse, replaceSqlite } from '../database/sqlite-copy.ts'
import type { Settings } from '../settings/settings.ts'
import { describeDatabase } from '../settings/start-lines.ts'
import { databaseUrl } from '../settings/urls.ts'
import type { CommandLine } from './command-line.ts'
import { checkDatabase } from './db-check.ts'
import { done, type Outcome, refused } from './outcome.ts'

type Typed = { file: string; from: string; to: string }

const USAGE = `Usage: npm run db -- COMMAND [--json]

  backup FILE     copies the SQLite database into a new file, also while the server runs
  restore FILE    puts a backup in its place, and keeps what was there; stop the server first
  move FROM TO    copies everything from SQLite to PostgreSQL or back; FROM and TO are as DATABASE_URL
  check           tells whether tables, data, clock and mail are in order; exits with 1 if not

For PostgreSQL, backup and restore print the command to run.`

export const DB: CommandLine<Settings, Typed> = {
  usage: USAGE,
  commands: { backup, restore, move, check: checkDatabase },
}

/** One whole file, readable by its owner only. Needs no table to be up to date. */
async function backup(settings: Settings, { file }: Typed): Promise<Outcome> {
  const address = readDatabaseUrl(settings.databaseUrl)
  if (address.engine === 'postgresql') return tellCommand(address, writeDump(address, file))
  if (existsSync(file)) return refused(`${file} exists already.`)
  await copySqlite(address.file, file)
  return done(`Wrote ${file}.`, { file })
}

/** Checks a copy of the backup before the database is touched. */
async function restore(settings: Settings, { file }: Typed): Promise<Outcome> {
  const address = readDatabaseUrl(settings.databaseUrl)
  if (address.engine === 'postgresql') return tellCommand(address, writeRestore(address, file))
  const place = address.file
  const [copy, aside] = [`${place}-restored`, `${place}-before-${new Date().toISOString()}`]
  rmSync(copy, { force: true })
  await copySqlite(file, copy)
  try {
    await findPendingMigrations(`file:${copy}`)
    const isFilled = existsSync(place)
    if (isFilled && isInUse(place)) return refused(`A program has ${place} open. Stop the server.`)
    replaceSqlite(place, copy, aside)
    const kept = isFilled ? ` What was there is now ${aside}.` : ''
    const advice = 'Start the server with a new SESSION_SECRET only.'
    return done(`Restored ${place}.${kept} ${advice}`, { file: place, aside: isFilled && aside })
  } finally {
    rmSync(copy, { force: true })
  }
}

async function move(_settings: Settings, typed: Typed): Promise<Outcome> {
  const urls = [typed.from, typed.to].map((text) => databaseUrl.safeParse(text))
  const [from, to] = urls.map(({ data }) => data)
  if (!from || !to) {
    return refused(`A URL ${urls.find(({ error }) => error)?.error?.issues[0]?.message}.`)
  }
  const [source, target] = [readDatabaseUrl(from), readDatabaseUrl(to)]
  if (source.engine === target.engine) return refused('Both are of one engine: use backup.')
  if (source.engine === 'sqlite' && existsSync(source.file) && isInUse(source.file)) {
    return refused(`A program has ${source.file} open. Stop the server.`)
  }
  const counts = await moveDatabase(from, to)
  const lines = Object.entries(counts).map(([name, count]) => `${name}: ${count}`)
  const last = `All of it is in ${describeDatabase(to)}. Set DATABASE_URL to it and start the server.`
  return { lines: [...lines, last], json: { rows: counts }, exitCode: 0 }
}

function tellCommand({ url }: PostgresqlAddress, command: string): Outcome {
  const note = new URL(url).password
    ? ['# It asks for the password, or takes it from PGPASSWORD.']
    : []
  return { lines: [...note, command], json: { command }, exitCode: 0 }
}

function writeDump(address: PostgresqlAddress, file: string): string {
  const words = [
    '--format=custom',
    `--schema=${address.schema}`,
    `--file=${file}`,
    withoutPassword(address),
  ]
  return `(umask 077; pg_dump ${words.map(quoteForShell).join(' ')})`
}

function writeRestore(address: PostgresqlAddress, file: string): string {
  const options = ['--clean', '--if-exists', '--no-owner', '--single-transaction']
  const place = [`--schema=${address.schema}`, `--dbname=${withoutPassword(address)}`, file]
  return ['pg_restore', ...options, ...place.map(quoteForShell)].join(' ')
}

// Other users of the machine see the words of a command.
function withoutPassword({ url }: PostgresqlAddress): string {
  return Object.assign(new URL(url), { password: '' }).href
}

function quoteForShell(word: string): string {
  return /^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

import type { Settings } from '../settings/settings.ts'
import { parseWords } from './command.ts'
import { checkDatabase } from './db-check.ts'
import { backUp, move, restore } from './db-commands.ts'
import type { Outcome } from './outcome.ts'

export const USAGE = [
  'Usage: npm run db -- COMMAND [--json]',
  '',
  '  backup FILE     copies the SQLite database into a new file, also while the server runs',
  '  restore FILE    puts a backup in its place, and keeps what was there; stop the server first',
  '  move FROM TO    copies everything from SQLite to PostgreSQL or back; FROM and TO are as DATABASE_URL',
  '  check           tells whether tables, data, clock and mail are in order; exits with 1 if not',
  '',
  'For PostgreSQL, backup and restore print the command to run.',
]

type DbArguments = { run: (settings: Settings) => Promise<Outcome>; asJson: boolean }

/** Null when the words make no sense. */
export function readDbArguments(words: string[]): DbArguments | null {
  const read = parseWords(words, { json: { type: 'boolean' } })
  const run = read && readCommand(read.positionals)
  return run ? { run, asJson: read.values.json ?? false } : null
}

function readCommand([act, first, second, ...rest]: string[]): DbArguments['run'] | null {
  if (rest.length > 0) return null
  if (act === 'move') return first && second ? () => move(first, second) : null
  if (second !== undefined) return null
  if (act === 'backup') return first ? (settings) => backUp(settings, first) : null
  if (act === 'restore') return first ? (settings) => restore(settings, first) : null
  return act === 'check' && first === undefined ? checkDatabase : null
}

import { LINK_LIFETIMES } from '../accounts/email-links.ts'
import { formatDuration } from '../words/times.ts'
import { parseWords } from './command.ts'

const LASTS = formatDuration(LINK_LIFETIMES['reset-password'], 'en')

export const USAGE = [
  'Usage: npm run user -- COMMAND [--json]',
  '',
  '  list                         every user',
  '  create NAME --email EMAIL    a new user; asks for the password, or reads it from standard input',
  '  disable NAME                 logs the user out everywhere and keeps them out',
  '  enable NAME                  lets the user log in again, and takes back a deletion',
  '  log-out NAME                 logs the user out everywhere',
  `  reset-link NAME              a link that sets a new password, for ${LASTS} and one use`,
  '',
  'NAME is a user name, an email or an id.',
]

const ACTS = ['disable', 'enable', 'log-out', 'reset-link'] as const

export type Act = (typeof ACTS)[number]

export type UserCommand =
  | { act: 'list' }
  | { act: 'create'; username: string; email: string }
  | { act: Act; name: string }

export type UserArguments = { command: UserCommand; asJson: boolean }

/** Null when the words make no sense. */
export function readUserArguments(words: string[]): UserArguments | null {
  const read = parseWords(words, { json: { type: 'boolean' }, email: { type: 'string' } })
  const command = read && readCommand(read.positionals, read.values.email)
  return command ? { command, asJson: read.values.json ?? false } : null
}

function readCommand([act, name, ...rest]: string[], email?: string): UserCommand | null {
  if (rest.length > 0) return null
  if (act === 'create') return name && email ? { act, username: name, email } : null
  if (email !== undefined) return null
  if (act === 'list') return name === undefined ? { act } : null
  const known = ACTS.find((each) => each === act)
  return known && name ? { act: known, name } : null
}

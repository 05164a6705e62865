import { LINK_LIFETIMES } from '../accounts/email-links.ts'
import { formatDuration } from '../words/times.ts'
import { parseWords } from './command.ts'

const LASTS = formatDuration(LINK_LIFETIMES['reset-password'], 'en')

export const USAGE = [
  'Usage: npm run user -- COMMAND [--json]',
  '',
  '  list                         every user',
  '  find TEXT                    users who have it in their user name or email',
  '  show NAME                    a user, what they are logged in with, and what waits for them',
  '  events NAME [--since DATE]   what happened on the account',
  '  create NAME --email EMAIL    a new user; asks for the password, or reads it from standard input',
  '  disable NAME                 logs the user out everywhere and keeps them out',
  '  enable NAME                  lets the user log in again, and takes back a deletion',
  '  unlock NAME                  forgets the attempts that were counted against the account',
  '  verify NAME                  counts the email as verified',
  '  change-email NAME EMAIL      another email, which counts as verified; the old one is told',
  '  log-out NAME                 logs the user out everywhere',
  `  reset-link NAME              a link that sets a new password, for ${LASTS} and one use`,
  '  erase NAME [--yes]           erases the account at once; asks for the user name, unless --yes',
  '  mail                         emails that are not sent yet, and why they wait',
  '  mail-retry ID|all            tries them again now',
  '  mail-drop ID                 takes one out',
  '',
  'NAME is a user name, an email or an id.',
]

type Form = { words: readonly string[]; option?: Option; isRequired?: true }
type Option = 'email' | 'since' | 'yes'

const NAME = { words: ['name'] } as const

const FORMS: Record<UserCommand['act'], Form> = {
  list: { words: [] },
  find: { words: ['text'] },
  show: NAME,
  events: { ...NAME, option: 'since' },
  create: { words: ['username'], option: 'email', isRequired: true },
  disable: NAME,
  enable: NAME,
  unlock: NAME,
  verify: NAME,
  'change-email': { words: ['name', 'email'] },
  'log-out': NAME,
  'reset-link': NAME,
  erase: { ...NAME, option: 'yes' },
  mail: { words: [] },
  'mail-retry': { words: ['id'] },
  'mail-drop': { words: ['id'] },
}

export type UserCommand =
  | { act: 'list' }
  | { act: 'mail' }
  | { act: 'find'; text: string }
  | { act: 'create'; username: string; email: string }
  | { act: 'mail-retry'; id: string }
  | { act: 'mail-drop'; id: string }
  | ActCommand

/** What is done to, or asked about, one user. */
export type ActCommand =
  | {
      act: 'show' | 'disable' | 'enable' | 'unlock' | 'verify' | 'log-out' | 'reset-link'
      name: string
    }
  | { act: 'events'; name: string; since?: string }
  | { act: 'change-email'; name: string; email: string }
  | { act: 'erase'; name: string; yes?: boolean }

type UserArguments = { command: UserCommand; asJson: boolean }

/** Null when the words make no sense. */
export function readUserArguments(words: string[]): UserArguments | null {
  const string = { type: 'string' } as const
  const boolean = { type: 'boolean' } as const
  const read = parseWords(words, { json: boolean, email: string, since: string, yes: boolean })
  if (!read) return null
  const { json = false, ...options } = read.values
  const command = readCommand(read.positionals, options)
  return command && { command, asJson: json }
}

function readCommand(
  [act = '', ...words]: string[],
  options: { [name in Option]?: string | boolean },
): UserCommand | null {
  const form = Object.entries(FORMS).find(([each]) => each === act)?.[1]
  if (!form || words.length !== form.words.length) return null
  if ([...words, ...Object.values(options)].includes('')) return null
  const given = Object.keys(options)
  if (given.some((option) => option !== form.option)) return null
  if (form.isRequired && given.length === 0) return null
  const named = form.words.map((name, at) => [name, words[at]])
  return { act, ...Object.fromEntries(named), ...options } as UserCommand
}

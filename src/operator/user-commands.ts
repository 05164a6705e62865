import { LINK_LIFETIMES } from '../accounts/email-links.ts'
import { Email, Username } from '../accounts/identifiers.ts'
import {
  createUser,
  findUsers,
  listUsers,
  type ManagedUser,
  searchUsers,
} from '../accounts/operations.ts'
import { findRegistrations } from '../accounts/overview.ts'
import { findPasswordProblem } from '../accounts/password-rules.ts'
import { describeDatabase } from '../settings/start-lines.ts'
import { english } from '../words/catalogue.ts'
import { formatDuration } from '../words/times.ts'
import type { Operator } from './command.ts'
import type { Command, CommandLine } from './command-line.ts'
import { dropMail, listMail, retryMail } from './mail-commands.ts'
import { done, type Outcome, quote, refused } from './outcome.ts'
import { tabulate } from './table.ts'
import { ACTS, type Act, type Context, type Typed } from './user-acts.ts'
import { describeRegistration, describeUser, sayProblem, tableOfUsers } from './user-words.ts'

const LASTS = formatDuration(LINK_LIFETIMES['reset-password'], 'en')

const USAGE = `Usage: npm run user -- COMMAND [--json]

  list                           every user
  find TEXT                      users who have it in their user name or email
  show NAME                      a user, what they are logged in with, and what waits for them
  events NAME [--since DATE]     what happened on the account
  create USERNAME --email EMAIL  a new user; asks for the password, or reads it from standard input
  disable NAME                   logs the user out everywhere and keeps them out
  enable NAME                    lets the user log in again, and takes back a deletion
  unlock NAME                    forgets the attempts that were counted against the account
  verify NAME                    counts the email as verified
  change-email NAME EMAIL        another email, which counts as verified; the old one is told
  log-out NAME                   logs the user out everywhere
  reset-link NAME                a link that sets a new password, for ${LASTS} and one use
  erase NAME [--yes]             erases the account at once; asks for the user name, unless --yes
  mail                           emails that are not sent yet, and why they wait
  mail-retry ID                  tries it again now; "all" as ID tries every one
  mail-drop ID                   takes one out

NAME is a user name, an email or an id.`

const acts = Object.entries(ACTS).map(([name, act]) => [name, toUser(act)])
const others = {
  list,
  find,
  create,
  mail: listMail,
  'mail-retry': retryMail,
  'mail-drop': dropMail,
}

export const USER: CommandLine<Context, Typed> = {
  usage: USAGE,
  commands: { ...Object.fromEntries(acts), ...others },
}

async function list({ accounts, settings }: Context): Promise<Outcome> {
  const none = `There are no users in ${describeDatabase(settings.databaseUrl)}.`
  return tabulate(() => listUsers(accounts), tableOfUsers(none))
}

async function find({ accounts, settings }: Context, { text }: Typed): Promise<Outcome> {
  const database = describeDatabase(settings.databaseUrl)
  const none = `No user has ${quote(text)} in their name or email in ${database}.`
  return tabulate(() => searchUsers(accounts, text), tableOfUsers(none))
}

function toUser(act: Act): Command<Context, Typed> {
  return async (context, typed) => {
    const users = await findUsers(context.accounts, typed.name)
    const [user] = users
    if (!user) return refused(await describeMissing(context, typed.name))
    if (users.length > 1) return refused(describeMeanings(typed.name, users))
    return act(context, user, typed)
  }
}

async function create({ accounts, ask }: Context, typed: Typed): Promise<Outcome> {
  const names = readNames(typed)
  if ('problem' in names) return refused(names.problem)
  const asked = await ask.password()
  if (!asked.ok) return refused(asked.problem)
  const problem = findPasswordProblem(asked.password, { ...accounts.passwordRules, ...names })
  if (problem) return refused(english.say(problem.text))
  const user = await createUser(accounts, { ...names, password: asked.password })
  if (user === 'username-taken') return refused(english.say('username.taken'))
  if (user === 'email-taken') return refused(english.say('email.taken'))
  return done(`Created ${quote(user.username)}.`, describeUser(user))
}

function readNames(typed: { username: string; email: string }) {
  const username = Username.safeParse(typed.username)
  const email = Email.safeParse(typed.email)
  if (username.success && email.success) return { username: username.data, email: email.data }
  return { problem: sayProblem(username.error ?? email.error) }
}

async function describeMissing({ accounts, settings }: Operator, name: string): Promise<string> {
  const missing = `There is no user ${quote(name)} in ${describeDatabase(settings.databaseUrl)}`
  const [pending] = await findRegistrations(accounts, [name])
  return pending
    ? `${missing}, but a registration: ${describeRegistration(pending)}.`
    : `${missing}.`
}

function describeMeanings(name: string, users: ManagedUser[]): string {
  const each = users.map(({ id, username, email }) => `${username} (id ${id}, ${email})`)
  return `${quote(name)} can mean ${each.map(quote).join(' or ')}. Give the email.`
}

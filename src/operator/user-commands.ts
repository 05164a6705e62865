import { Email, Username } from '../accounts/identifiers.ts'
import { createLinkUrls } from '../accounts/link-tokens.ts'
import {
  createUser,
  disableUser,
  enableUser,
  findUsers,
  listUsers,
  logOutUser,
  type ManagedUser,
  startReset,
} from '../accounts/operations.ts'
import { checkPassword } from '../accounts/password-rules.ts'
import { withSecret } from '../settings/development-secret.ts'
import { describeDatabase } from '../settings/start-lines.ts'
import { english } from '../words/catalogue.ts'
import { readText } from '../words/words.ts'
import type { Asked } from './ask-password.ts'
import type { Operator } from './command.ts'
import { done, type Outcome, quote, refused } from './outcome.ts'
import type { Act, UserCommand } from './user-arguments.ts'
import { describeUser, describeUsers } from './user-words.ts'

export async function runUserCommand(
  operator: Operator,
  command: UserCommand,
  ask: () => Promise<Asked>,
): Promise<Outcome> {
  if (command.act === 'list') return list(operator)
  if (command.act === 'create') return create(operator, command, ask)
  const users = await findUsers(operator.accounts, command.name)
  const [user] = users
  if (!user) return refused(describeMissing(operator, command.name))
  if (users.length > 1) return refused(describeMeanings(command.name, users))
  return ACTS[command.act](operator, user)
}

async function list({ accounts, settings }: Operator): Promise<Outcome> {
  const jsonPages = async function* () {
    for await (const users of listUsers(accounts)) yield users.map(describeUser)
  }
  const linePages = describeUsers(listUsers(accounts), describeDatabase(settings.databaseUrl))
  return { linePages, jsonPages: jsonPages() }
}

async function create(
  { accounts }: Operator,
  typed: { username: string; email: string },
  ask: () => Promise<Asked>,
): Promise<Outcome> {
  const names = readNames(typed)
  if ('problem' in names) return refused(names.problem)
  const asked = await ask()
  if (!asked.ok) return refused(asked.problem)
  const problem = checkPassword(asked.password, { ...accounts.passwordRules, ...names })
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
  const issue = (username.error ?? email.error)?.issues[0]
  return { problem: english.say(readText(issue?.message ?? '')) }
}

function describeMissing({ settings }: Operator, name: string): string {
  return `There is no user ${quote(name)} in ${describeDatabase(settings.databaseUrl)}.`
}

function describeMeanings(name: string, users: ManagedUser[]): string {
  const each = users.map(({ id, username, email }) => `${username} (id ${id}, ${email})`)
  return `${quote(name)} can mean ${each.map(quote).join(' or ')}. Give the email.`
}

const ACTS: Record<Act, (operator: Operator, user: ManagedUser) => Promise<Outcome>> = {
  disable: async ({ accounts }, user) =>
    (await disableUser(accounts, user.id))
      ? tell(user, 'is disabled and logged out everywhere', {
          disabledAt: accounts.clock(),
          deletionDueAt: null,
        })
      : tell(user, 'was disabled already', {}),
  enable: async ({ accounts }, user) =>
    (await enableUser(accounts, user.id))
      ? tell(user, 'can log in again', { disabledAt: null, deletionDueAt: null })
      : tellCannotEnable(user),
  'log-out': async ({ accounts }, user) =>
    (await logOutUser(accounts, user.id))
      ? tell(user, 'is logged out everywhere', {})
      : refused(`${quote(user.username)} does not exist any more.`),
  'reset-link': makeResetLink,
}

async function makeResetLink(operator: Operator, user: ManagedUser): Promise<Outcome> {
  if (user.disabledAt || user.deletionDueAt) {
    return refused(
      `${quote(user.username)} cannot log in, with a new password neither. Enable the account first.`,
    )
  }
  const { linkId, expiresAt } = await startReset(operator.accounts, user)
  const { secrets, appUrl } = withSecret(operator.settings)
  const url = createLinkUrls(secrets, appUrl)(linkId, '/reset-password')
  return done(url, { ...describeUser(user), url, expiresAt })
}

function tellCannotEnable(user: ManagedUser): Outcome {
  const couldLogIn = !user.disabledAt && !user.deletionDueAt
  return couldLogIn
    ? tell(user, 'could log in already', {})
    : refused(`${quote(user.username)} is being erased and cannot come back.`)
}

function tell(user: ManagedUser, words: string, changes: Partial<ManagedUser>): Outcome {
  return done(`${quote(user.username)} ${words}.`, describeUser({ ...user, ...changes }))
}

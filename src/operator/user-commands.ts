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
import type { Asking } from './ask-password.ts'
import type { Operator } from './command.ts'
import { dropMail, listMail, retryMail } from './mail-commands.ts'
import { done, type Outcome, quote, refused } from './outcome.ts'
import { tabulate } from './table.ts'
import { runAct } from './user-acts.ts'
import type { UserCommand } from './user-arguments.ts'
import { describeRegistration, describeUser, sayProblem, tableOfUsers } from './user-words.ts'

export async function runUserCommand(
  operator: Operator,
  command: UserCommand,
  ask: Asking,
): Promise<Outcome> {
  const { accounts, settings } = operator
  const database = describeDatabase(settings.databaseUrl)
  if (command.act === 'list')
    return tabulate(() => listUsers(accounts), tableOfUsers(`There are no users in ${database}.`))
  if (command.act === 'find') {
    const none = `No user has ${quote(command.text)} in their name or email in ${database}.`
    return tabulate(() => searchUsers(accounts, command.text), tableOfUsers(none))
  }
  if (command.act === 'create') return create(operator, command, ask)
  if (command.act === 'mail') return listMail(operator)
  if (command.act === 'mail-retry') return retryMail(operator, command.id)
  if (command.act === 'mail-drop') return dropMail(operator, command.id)
  const users = await findUsers(accounts, command.name)
  const [user] = users
  if (!user) return refused(await describeMissing(operator, command.name))
  if (users.length > 1) return refused(describeMeanings(command.name, users))
  return runAct(operator, user, command, ask)
}

async function create(
  { accounts }: Operator,
  typed: { username: string; email: string },
  ask: Asking,
): Promise<Outcome> {
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

import { findEvents } from '../accounts/export.ts'
import { Email } from '../accounts/identifiers.ts'
import { createLinkUrls } from '../accounts/link-tokens.ts'
import {
  changeEmail,
  disableUser,
  enableUser,
  eraseUser,
  logOutUser,
  type ManagedUser,
  startReset,
  unlockUser,
  verifyUser,
} from '../accounts/operations.ts'
import { getOverview } from '../accounts/overview.ts'
import type { SecurityEvent } from '../database/database.ts'
import { readPages } from '../database/pages.ts'
import { listDevices } from '../sessions/device-list.ts'
import { withSecret } from '../settings/development-secret.ts'
import { forgetAttempts } from '../throttle/throttle.ts'
import { english } from '../words/catalogue.ts'
import type { Asking } from './ask-password.ts'
import type { Operator } from './command.ts'
import { done, type Outcome, quote, refused } from './outcome.ts'
import { tabulate } from './table.ts'
import type { ActCommand } from './user-arguments.ts'
import { describeOverview, describeUser, EVENTS, sayProblem } from './user-words.ts'

type Act<Command> = (
  operator: Operator,
  user: ManagedUser,
  command: Command,
  ask: Asking,
) => Promise<Outcome>

/** Does what a command says to its user. */
export function runAct<Command extends ActCommand>(
  operator: Operator,
  user: ManagedUser,
  command: Command,
  ask: Asking,
): Promise<Outcome> {
  const act = ACTS[command.act] as Act<Command>
  return act(operator, user, command, ask)
}

const ACTS: { [Command in ActCommand as Command['act']]: Act<Command> } = {
  show: async ({ accounts }, user) => {
    const devices = await listDevices(accounts, user, null)
    const overview = await getOverview(accounts, user)
    const lines = describeOverview(user, devices, overview)
    const shown = devices.map(({ isCurrent: _, ...device }) => device)
    return { lines, json: { ...describeUser(user), devices: shown, ...overview }, exitCode: 0 }
  },
  events: async ({ accounts: { database } }, { id }, { since = '1970-01-01' }) => {
    const from = { at: new Date(since), id: '' }
    if (!/^\d{4}-\d\d-\d\d/.test(since) || Number.isNaN(from.at.getTime()))
      return refused(`${quote(since)} is no date. For example: --since 2026-01-31`)
    const read = (last?: SecurityEvent) => findEvents(database, id, last ?? from)
    return tabulate(() => readPages(read), EVENTS)
  },
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
  unlock: async ({ accounts }, user) =>
    (await unlockUser(accounts, user, forgetAttempts))
      ? tell(user, 'has all attempts again', {})
      : tellGone(user),
  verify: async ({ accounts }, user) =>
    (await verifyUser(accounts, user.id))
      ? tell(user, 'has a verified email', { emailVerifiedAt: accounts.clock() })
      : tell(user, 'had a verified email already', {}),
  'change-email': async ({ accounts }, user, command) => {
    const email = Email.safeParse(command.email)
    if (!email.success) return refused(sayProblem(email.error))
    if (isOut(user)) return tellCannotLogIn(user, 'with another email')
    const outcome = await changeEmail(accounts, user, email.data)
    if (outcome === 'email-taken') return refused(english.say('email.taken'))
    const changes = { email: email.data, emailVerifiedAt: accounts.clock() }
    return outcome ? tell(user, `has the email ${email.data}`, changes) : tellGone(user)
  },
  'log-out': async ({ accounts }, user) =>
    (await logOutUser(accounts, user.id))
      ? tell(user, 'is logged out everywhere', {})
      : tellGone(user),
  'reset-link': makeResetLink,
  erase: async ({ accounts }, user, { yes }, ask) => {
    const { username } = user
    const question = `This erases ${quote(username)} (${user.email}) for ever. Type the user name: `
    const isConfirmed = yes || (await ask.line(question)).trim() === username
    if (!isConfirmed) return refused('That is not the user name. Nothing was erased.')
    await eraseUser(accounts, user)
    return done(`${quote(username)} is erased.`, { ...describeUser(user), state: 'erased' })
  },
}

async function makeResetLink(operator: Operator, user: ManagedUser): Promise<Outcome> {
  if (isOut(user)) return tellCannotLogIn(user, 'with a new password')
  const { linkId, expiresAt } = await startReset(operator.accounts, user)
  const { secrets, appUrl } = withSecret(operator.settings)
  const url = createLinkUrls(secrets, appUrl)(linkId, '/reset-password')
  return done(url, { ...describeUser(user), url, expiresAt })
}

function isOut(user: ManagedUser): boolean {
  return Boolean(user.disabledAt || user.deletionDueAt)
}

function tellCannotLogIn({ username }: ManagedUser, how: string): Outcome {
  return refused(`${quote(username)} cannot log in, ${how} neither. Enable the account first.`)
}

function tellCannotEnable(user: ManagedUser): Outcome {
  return isOut(user)
    ? refused(`${quote(user.username)} is being erased and cannot come back.`)
    : tell(user, 'could log in already', {})
}

function tellGone({ username }: ManagedUser): Outcome {
  return refused(`${quote(username)} was changed or erased meanwhile. Nothing was done.`)
}

function tell(user: ManagedUser, words: string, changes: Partial<ManagedUser>): Outcome {
  return done(`${quote(user.username)} ${words}.`, describeUser({ ...user, ...changes }))
}

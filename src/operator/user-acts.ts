import type { Records } from '../accounts/accounts.ts'
import { findEvents } from '../accounts/export.ts'
import { Email } from '../accounts/identifiers.ts'
import { createLinkUrls } from '../accounts/link-tokens.ts'
import {
  changeEmail,
  disableUser,
  enableUser,
  eraseUser,
  findUsers,
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
import { describeOverview, describeUser, EVENTS, sayProblem } from './user-words.ts'

export type Context = Operator & { ask: Asking }

/** By the names in its form; a command reads only those that its own form has. */
export type Typed = { [word in 'name' | 'text' | 'username' | 'email' | 'id']: string } & {
  since?: string
  yes?: boolean
}

/** What is done to, or asked about, one user. */
export type Act = (context: Context, user: ManagedUser, typed: Typed) => Promise<Outcome>

export const ACTS = {
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
  disable: async ({ accounts }, user) => {
    const isDone = await disableUser(accounts, user.id)
    return tell(
      accounts,
      user,
      isDone ? 'is disabled and logged out everywhere' : 'was disabled already',
    )
  },
  enable: async ({ accounts }, user) => {
    if (await enableUser(accounts, user.id)) return tell(accounts, user, 'can log in again')
    if (!isOut(user)) return tell(accounts, user, 'could log in already')
    return refused(`${quote(user.username)} is being erased and cannot come back.`)
  },
  unlock: async ({ accounts }, user) => {
    await unlockUser(accounts, user, forgetAttempts)
    return tell(accounts, user, 'has all attempts again')
  },
  verify: async ({ accounts }, user) => {
    const isDone = await verifyUser(accounts, user.id)
    return tell(accounts, user, isDone ? 'has a verified email' : 'had a verified email already')
  },
  'change-email': async ({ accounts }, user, typed) => {
    const email = Email.safeParse(typed.email)
    if (!email.success) return refused(sayProblem(email.error))
    if (isOut(user)) return tellCannotLogIn(user, 'with another email')
    const outcome = await changeEmail(accounts, user, email.data)
    if (outcome === 'email-taken') return refused(english.say('email.taken'))
    return outcome ? tell(accounts, user, `has the email ${email.data}`) : tellGone(user)
  },
  'log-out': async ({ accounts }, user) => {
    await logOutUser(accounts, user.id)
    return tell(accounts, user, 'is logged out everywhere')
  },
  'reset-link': makeResetLink,
  erase: async ({ accounts, ask }, user, { yes }) => {
    const { username } = user
    const question = `This erases ${quote(username)} (${user.email}) for ever. Type the user name: `
    const isConfirmed = yes || (await ask.line(question)).trim() === username
    if (!isConfirmed) return refused('That is not the user name. Nothing was erased.')
    await eraseUser(accounts, user)
    return done(`${quote(username)} is erased.`, { ...describeUser(user), state: 'erased' })
  },
} satisfies Record<string, Act>

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

function tellGone({ username }: ManagedUser): Outcome {
  return refused(`${quote(username)} was changed or erased meanwhile. Nothing was done.`)
}

// Another command, or the user, may have erased the account before this one or after it.
async function tell(records: Records, user: ManagedUser, words: string): Promise<Outcome> {
  const now = (await findUsers(records, user.id)).find(({ id }) => id === user.id)
  if (!now) return refused(`${quote(user.username)} was erased meanwhile.`)
  return done(`${quote(now.username)} ${words}.`, describeUser(now))
}

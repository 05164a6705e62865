import type { ZodError } from 'zod'
import { textOf } from '../accounts/events.ts'
import type { ManagedUser } from '../accounts/operations.ts'
import type { Overview } from '../accounts/overview.ts'
import type { SecurityEvent } from '../database/database.ts'
import type { ListedDevice } from '../sessions/device-list.ts'
import { english } from '../words/catalogue.ts'
import { readText } from '../words/words.ts'
import { quote } from './outcome.ts'
import type { Table } from './table.ts'

/** A user as `--json` shows one; its names are a promise to scripts. */
export function describeUser(user: ManagedUser) {
  const { id, username, email, name, emailVerifiedAt, createdAt, deletionDueAt } = user
  return {
    id,
    username,
    email,
    name,
    state: stateOf(user),
    emailVerifiedAt,
    createdAt,
    deletionDueAt,
  }
}

// Deletion first: an account that is being erased is disabled too.
function stateOf(user: ManagedUser): string {
  if (user.deletionDueAt) return 'scheduled for deletion'
  if (user.disabledAt) return 'disabled'
  return user.emailVerifiedAt ? 'active' : 'unverified'
}

/** What the form of a page would say of the first thing that is wrong. */
export function sayProblem(error: ZodError | undefined): string {
  return english.say(readText(error?.issues[0]?.message ?? ''))
}

/** A line for each user, or words where there is none. */
export function tableOfUsers(none: string): Table<ManagedUser> {
  return {
    head: ['USER NAME', 'EMAIL', 'STATE', 'SINCE'],
    toCells: (user) => [user.username, user.email, stateOf(user), formatDay(user.createdAt)],
    toJson: describeUser,
    none,
  }
}

/** A line for each event, with the words that the user reads. */
export const EVENTS: Table<SecurityEvent> = {
  head: ['TIME', 'EVENT', 'TIMES', 'BROWSER'],
  toCells: ({ at, kind, count, browser }) => [
    at.toISOString(),
    english.say(textOf(kind)),
    String(count),
    browser,
  ],
  toJson: ({ userId: _, ...event }) => event,
  none: 'Nothing happened on this account in that time.',
}

/** A user with what is theirs, line by line. */
export function describeOverview(user: ManagedUser, devices: ListedDevice[], overview: Overview) {
  const { pendingLinks, pendingRegistrations, counts } = overview
  const { username, email, emailVerifiedAt, id } = user
  const verified = emailVerifiedAt ? `verified ${formatDay(emailVerifiedAt)}` : 'not verified'
  return [
    `${quote(username)}, id ${id}`,
    `Email: ${email}, ${verified}`,
    `State: ${stateOf(user)}, since ${formatDay(user.createdAt)}`,
    ...describeList('Devices', devices, describeDevice),
    ...describeList('Pending links', pendingLinks, (link) => `${link.purpose} ${waits(link)}`),
    ...describeList(
      'Pending registrations with this name or email',
      pendingRegistrations,
      describeRegistration,
    ),
    `Events: ${counts.events}; emails not sent yet: ${counts.unsentEmails}`,
  ]
}

export function describeRegistration(pending: Overview['pendingRegistrations'][number]): string {
  return `${quote(pending.username)} ${waits(pending)}`
}

function describeDevice({ label, ip, lastSeenAt, isRemembered }: ListedDevice): string {
  const remembered = isRemembered ? ', remembered' : ''
  return `${quote(label)} at ${ip ?? 'no IP'}, last seen ${lastSeenAt.toISOString()}${remembered}`
}

function waits({ email, expiresAt }: { email: string; expiresAt: Date }): string {
  return `for ${email ? quote(email) : 'no email'}, until ${expiresAt.toISOString()}`
}

function describeList<Item>(title: string, items: Item[], describe: (item: Item) => string) {
  return [`${title}: ${items.length}`, ...items.map((item) => `  ${describe(item)}`)]
}

function formatDay(time: Date): string {
  return time.toISOString().slice(0, 10)
}

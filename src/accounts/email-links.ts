import { randomUUID } from 'node:crypto'
import { latestPossible } from '../clock.ts'
import type { EmailLink, Tables } from '../database/database.ts'
import { minutes } from '../durations.ts'
import { KINDS } from '../mail/messages.ts'
import type { Records } from './accounts.ts'
import { type Actor, type Change, change } from './change.ts'
import { emailKeyOf } from './identifiers.ts'

/** How long each kind of link works: as long as the email says that carries it. */
export const LINK_LIFETIMES = {
  'reset-password': KINDS['reset-password'].lasts,
  'verify-email': KINDS['verify-email'].lasts,
  'verify-new-email': KINDS['verify-new-email'].lasts,
  'undo-email': KINDS['email-changed'].lasts,
  'object-to-undo': KINDS['email-change-undone'].lasts,
  'restore-account': KINDS['deletion-scheduled'].lasts,
} as const

export type LinkPurpose = keyof typeof LINK_LIFETIMES

// A used link is kept for a second press of its button. It does nothing any more.
const USED_KEPT_FOR = minutes(1)
const purposeOnceUsed = (purpose: string) => `used ${purpose}`

// A former email may still need its way back.
export const ALL_BUT_WAYS_BACK: LinkPurpose[] = [
  'reset-password',
  'verify-email',
  'verify-new-email',
]

// An objection changes nothing about the account, so a new password need not end it.
export const ALL_BUT_OBJECTIONS: LinkPurpose[] = [
  ...ALL_BUT_WAYS_BACK,
  'undo-email',
  'restore-account',
]

type NewLink = {
  purpose: LinkPurpose
  userId: string
  /** Where the link is sent. Empty for a link that the operator hands over. */
  email: string
  oldEmailKey?: string
}

export type LinkWithUser = EmailLink & {
  user: { name: string | null; username: string; email: string; emailVerifiedAt: Date | null }
}

// A stranger can have these sent: one who asks must not void those that were asked for before.
const KEPT_BESIDE_OTHERS: LinkPurpose[] = ['reset-password', 'verify-email']

/** Replaces earlier links of the same purpose, but for links that a stranger can have sent; returns the id. */
export async function createLink({ tables, at }: Change, link: NewLink): Promise<string> {
  const { purpose, userId, email, oldEmailKey = null } = link
  const id = randomUUID()
  const emailKey = emailKeyOf(email)
  // A second change of email must not void the way back to the first one.
  const replaced = purpose === 'undo-email' ? { userId, purpose, emailKey } : { userId, purpose }
  if (!KEPT_BESIDE_OTHERS.includes(purpose)) await tables.emailLink.deleteMany({ where: replaced })
  const times = { createdAt: at, expiresAt: endOfLink(purpose, at) }
  const data = { id, purpose, userId, email, emailKey, oldEmailKey, ...times }
  await tables.emailLink.create({ data })
  return id
}

export function endOfLink(purpose: LinkPurpose, at: Date): Date {
  return new Date(at.getTime() + LINK_LIFETIMES[purpose])
}

/** What rows of links, and of registrations that wait, have in common while they can be used. */
export function isOpenAt(now: Date) {
  return { expiresAt: { gt: now }, createdAt: { lte: latestPossible(now) } }
}

/** How many links of one purpose, which were sent to one email of a user, can still be used. */
export function countOpenLinks(
  tables: Tables,
  where: { purpose: LinkPurpose; userId: string; emailKey: string },
  now: Date,
): Promise<number> {
  return tables.emailLink.count({ where: { ...where, ...isOpenAt(now) } })
}

/** Null once the link is used, replaced, voided or too old. */
export async function findLink(
  { database, clock }: Records,
  id: string,
  purposes: readonly string[],
): Promise<LinkWithUser | null> {
  const user = { select: { name: true, username: true, email: true, emailVerifiedAt: true } }
  const where = { id, purpose: { in: [...purposes] }, ...isOpenAt(clock()) }
  return database.emailLink.findFirst({ where, include: { user } })
}

/** The link that was used with success within the last minute. */
export function findUsedLink(
  accounts: Records,
  id: string,
  purposes: readonly LinkPurpose[],
): Promise<LinkWithUser | null> {
  return findLink(accounts, id, purposes.map(purposeOnceUsed))
}

/** The link that sets a new password and was made by using another, unless it is used or voided by now. */
export async function findResetMadeBy(
  { database, clock }: Records,
  { userId, emailKey, createdAt }: LinkWithUser,
): Promise<string | null> {
  const where = { purpose: 'reset-password', userId, emailKey, createdAt }
  const link = await database.emailLink.findFirst({
    where: { ...where, ...isOpenAt(clock()) },
  })
  return link?.id ?? null
}

/** Uses the link up and does what it is for, both or neither; null when another request did so first. */
export function actOnLink<Outcome>(
  accounts: Records,
  link: EmailLink,
  by: Actor,
  act: (change: Change) => Promise<Outcome>,
): Promise<Outcome | null> {
  return change<Outcome | null>(accounts, by, async (change) => {
    if (!(await useLink(change.tables, link, change.at))) return null
    const outcome = await act(change)
    if (outcome) await keepUsedLink(change, link)
    return outcome
  })
}

/** Uses the link up; false when another request did so first. */
export async function useLink(tables: Tables, link: EmailLink, now: Date): Promise<boolean> {
  await holdUser(tables, link.userId)
  const { count } = await tables.emailLink.deleteMany({
    // By its purpose too: what keepUsedLink keeps has the same id.
    where: { id: link.id, purpose: link.purpose, ...isOpenAt(now) },
  })
  return count === 1
}

/** What keeps the id of a used link: see findUsedLink. */
export async function keepUsedLink(
  { tables, at }: Change,
  { id, purpose, userId, email, emailKey }: Pick<EmailLink, 'id' | UsedColumns>,
): Promise<void> {
  const expiresAt = new Date(at.getTime() + USED_KEPT_FOR)
  const row = { id, userId, email, emailKey, createdAt: at, expiresAt }
  await tables.emailLink.create({ data: { ...row, purpose: purposeOnceUsed(purpose) } })
}

type UsedColumns = 'purpose' | 'userId' | 'email' | 'emailKey'

// Changes nothing, but locks the row: on PostgreSQL a link could otherwise be used beside the very
// change that voids it, and win.
export async function holdUser(tables: Tables, id: string): Promise<void> {
  await tables.user.updateMany({ where: { id }, data: { authEpoch: { increment: 0 } } })
}

/** Voids links of a user, all where no purpose is named. Returns the emails that lose a way back. */
export async function voidLinks(
  tables: Tables,
  userId: string,
  purposes?: LinkPurpose[],
): Promise<string[]> {
  const where = { userId, ...(purposes ? { purpose: { in: purposes } } : {}) }
  const lost = await tables.emailLink.findMany({ where: { ...where, purpose: 'undo-email' } })
  await tables.emailLink.deleteMany({ where })
  return purposes && !purposes.includes('undo-email') ? [] : lost.map(({ email }) => email)
}

/** Whether the former user of this email can still take an account back to it. */
export async function hasWayBack(tables: Tables, emailKey: string, now: Date): Promise<boolean> {
  const where = { emailKey, purpose: 'undo-email', ...isOpenAt(now) }
  return (await tables.emailLink.count({ where })) > 0
}

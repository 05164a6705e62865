import { randomUUID } from 'node:crypto'
import type { Database, EmailLink, Tables } from '../database/database.ts'
import { days, hours, minutes } from '../durations.ts'

/** What a link in a mail does, and for how long it can. Its mail says so too: mail/messages.ts cannot import this, so change both. */
export const LINK_LIFETIMES = {
  'reset-password': minutes(60),
  'verify-email': days(7),
  'verify-new-email': days(1),
  'undo-email': hours(72),
  'restore-account': days(14),
} as const

export type LinkPurpose = keyof typeof LINK_LIFETIMES

export type NewLink = {
  purpose: LinkPurpose
  userId: string
  /** The epoch that it dies with; null for one that outlives it. */
  authEpoch: number | null
  /** The address that it confirms, or restores. */
  email: string
  emailKey: string
  oldEmailKey?: string
  browserHash?: string
  at: Date
}

export type LinkWithUser = EmailLink & {
  user: { username: string; email: string; emailVerifiedAt: Date | null }
}

/** Takes the tables of a transaction; writes a link down, in place of any earlier one for the same, and returns its id. */
export async function createLink(tables: Tables, { at, ...link }: NewLink): Promise<string> {
  const id = randomUUID()
  const expiresAt = endOfLink(link.purpose, at)
  await tables.emailLink.deleteMany({ where: isReplacedBy(link) })
  await tables.emailLink.create({ data: { id, ...link, createdAt: at, expiresAt } })
  return id
}

// Only the newest request counts; but a second change of address must not void the way back to the first.
function isReplacedBy({ userId, purpose, emailKey }: Omit<NewLink, 'at'>) {
  return purpose === 'undo-email' ? { userId, purpose, emailKey } : { userId, purpose }
}

/** Takes a purpose and the time; returns when a link made now is over. */
export function endOfLink(purpose: LinkPurpose, at: Date): Date {
  return new Date(at.getTime() + LINK_LIFETIMES[purpose])
}

/** Takes a link's id and what it may be for; returns it with whose it is, or null once it is used, replaced, or over. */
export async function findLink(
  database: Database,
  id: string,
  purposes: readonly LinkPurpose[],
  now: Date,
): Promise<LinkWithUser | null> {
  const link = await database.emailLink.findFirst({
    where: { id, purpose: { in: [...purposes] }, expiresAt: { gt: now } },
    include: {
      user: { select: { username: true, email: true, authEpoch: true, emailVerifiedAt: true } },
    },
  })
  return link && isOfEpoch(link, link.user.authEpoch) ? link : null
}

function isOfEpoch({ authEpoch }: EmailLink, current: number): boolean {
  return authEpoch === null || authEpoch === current
}

/** Takes a folded address; says whether somebody who gave it up can still take their account back to it. */
export async function isKeptForOwner(tables: Tables, emailKey: string, now: Date) {
  const where = { emailKey, purpose: 'undo-email', expiresAt: { gt: now } }
  return (await tables.emailLink.count({ where })) > 0
}

/** Takes the tables of a transaction and a link just found; uses it up, and says whether nobody else had. */
export async function useLink(tables: Tables, link: EmailLink, now: Date): Promise<boolean> {
  if (!(await holdUser(tables, link))) return false
  const { count } = await tables.emailLink.deleteMany({
    where: { id: link.id, expiresAt: { gt: now } },
  })
  return count === 1
}

// It changes nothing: writing the row makes a change of epoch wait for us, or us for it. On PostgreSQL a
// link could else be used up beside the very change of password that voids it, and win.
async function holdUser(tables: Tables, { userId: id, authEpoch }: EmailLink): Promise<boolean> {
  const where = authEpoch === null ? { id } : { id, authEpoch }
  const data = { authEpoch: { increment: 0 } }
  return (await tables.user.updateMany({ where, data })).count === 1
}

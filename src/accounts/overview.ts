import type { Records } from './accounts.ts'
import { isOpenAt, LINK_LIFETIMES } from './email-links.ts'
import { emailKeyOf, usernameKeyOf } from './identifiers.ts'

const LATEST = { orderBy: { createdAt: 'desc' }, take: 100 } as const
const TIMES = { createdAt: true, expiresAt: true } as const

export type Overview = Awaited<ReturnType<typeof getOverview>>

/** What waits for the user of an account, of which nothing can be used, and how much there is of the rest. */
export async function getOverview(
  records: Records,
  { id: userId, username, email }: { id: string; username: string; email: string },
) {
  const { database, clock } = records
  const where = { userId, purpose: { in: Object.keys(LINK_LIFETIMES) }, ...isOpenAt(clock()) }
  const select = { purpose: true, email: true, ...TIMES }
  return {
    pendingLinks: await database.emailLink.findMany({ ...LATEST, where, select }),
    pendingRegistrations: await findRegistrations(records, [username, email]),
    counts: {
      events: await database.securityEvent.count({ where: { userId } }),
      unsentEmails: await database.outboxMessage.count({ where: { userId, sentAt: null } }),
    },
  }
}

/** Registrations with one of these user names or emails that wait for their email to be verified. */
export function findRegistrations({ database, clock }: Records, names: string[]) {
  const usernameKey = { in: names.map(usernameKeyOf) }
  const emailKey = { in: names.map(emailKeyOf) }
  const where = { OR: [{ usernameKey }, { emailKey }], ...isOpenAt(clock()) }
  const select = { username: true, email: true, ...TIMES }
  return database.pendingRegistration.findMany({ ...LATEST, where, select })
}

import { changeTogether } from '../database/change-together.ts'
import type { Database, Prisma } from '../database/database.ts'
import { enqueue } from '../mail/outbox.ts'
import type { Accounts, User } from './accounts.ts'
import { createLink, endOfLink, type LinkWithUser, useLink } from './email-links.ts'
import { recordEvent } from './events.ts'
import { changeOwnUser } from './own-user.ts'
import { recordAndTell } from './security-events.ts'

/** Takes a user who wants to leave; ends every session at once, and keeps the account for as long as the link in the mail can restore it. Says whether this session was still good. */
export function scheduleDeletion(
  { database, clock }: Accounts,
  user: User,
  browser: string,
): Promise<boolean> {
  const at = clock()
  const eraseAt = endOfLink('restore-account', at)
  const data = { isActive: false, eraseAt, authEpoch: { increment: 1 } }
  return changeTogether(database, async (tables) => {
    const leaver = await changeOwnUser(tables, user, data)
    if (!leaver) return false
    const { id, email, emailKey, name } = leaver
    const link = {
      purpose: 'restore-account',
      userId: id,
      authEpoch: null,
      email,
      emailKey,
    } as const
    const linkId = await createLink(tables, { ...link, at })
    await recordEvent(tables, { userId: id, kind: 'deletion-requested', at, browser })
    const message = {
      template: 'deletion-scheduled',
      name,
      linkId,
      eraseAt: eraseAt.toISOString(),
    } as const
    await enqueue(tables, { userId: id, to: email, at, message })
    return true
  })
}

/** Takes a link just found; gives the account back, and says whether that was still possible. */
export function restoreAccount(
  { database, clock }: Accounts,
  link: LinkWithUser,
  browser: string,
): Promise<boolean> {
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return false
    const [user] = await tables.user.updateManyAndReturn({
      where: { id: link.userId, eraseAt: { gt: at } },
      data: { isActive: true, eraseAt: null },
    })
    if (user) await recordAndTell(tables, user, { kind: 'restored', at, browser })
    return user !== undefined
  })
}

/** Takes the database and the time; erases the accounts whose time to come back, or to confirm an address, is over, with everything that hangs on them. Returns how many. */
export async function eraseLeavers(database: Database, now: Date): Promise<number> {
  const where = { eraseAt: { lte: now } }
  // Asked outside: a transaction each minute would hold everybody up for nobody.
  const due = await database.user.findMany({ where, select: { id: true }, take: 50 })
  return due.length === 0 ? 0 : erase(database, { ...where, id: { in: due.map(({ id }) => id) } })
}

function erase(database: Database, where: Prisma.UserWhereInput): Promise<number> {
  return changeTogether(database, async (tables) => {
    // Only to write the rows: whoever takes one back, confirms it or logs in this moment waits for us, or we
    // for them, and then it is not due any more.
    const leavers = await tables.user.updateManyAndReturn({ where, data: { isActive: false } })
    const ids = leavers.map(({ id }) => id)
    // The outbox keeps addresses, and has no key that would take its rows along.
    await tables.outboxMessage.deleteMany({ where: { userId: { in: ids } } })
    const { count } = await tables.user.deleteMany({ where: { id: { in: ids } } })
    return count
  })
}

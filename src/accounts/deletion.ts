import type { Accounts } from './accounts.ts'
import { type Actor, change, writeMail } from './change.ts'
import { actOnLink, createLink, endOfLink, type LinkWithUser, voidLinks } from './email-links.ts'
import { notifyFormer, recordAndNotify, recordEvent } from './events.ts'
import { changeOwnUser, type User } from './users.ts'

/** Ends every session and link at once. The account stays for as long as the link in the email can restore it. False when this session was ended meanwhile. */
export function scheduleDeletion(accounts: Accounts, user: User, by: Actor): Promise<boolean> {
  const [purpose, kind] = ['restore-account', 'deletion-requested'] as const
  return change(accounts, by, async (change) => {
    const deletionDueAt = endOfLink(purpose, change.at)
    const data = { deletionDueAt, authEpoch: { increment: 1 } }
    const changed = await changeOwnUser(change.tables, user, data)
    if (!changed) return false
    const { id: userId, email } = changed
    const lost = await voidLinks(change.tables, userId)
    const linkId = await createLink(change, { purpose, userId, email })
    await recordEvent(change, userId, kind)
    const due = deletionDueAt.toISOString()
    await writeMail(change, changed, email, {
      template: 'deletion-scheduled',
      linkId,
      deletionDueAt: due,
    })
    for (const former of lost) await notifyFormer(change, changed, former, kind)
    return true
  })
}

/** Gives the account back; false when it is too late. */
export async function restoreAccount(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const restored = await actOnLink(accounts, link, by, async (change) => {
    const [user] = await change.tables.user.updateManyAndReturn({
      where: { id: link.userId, deletionDueAt: { gt: change.at } },
      data: { deletionDueAt: null },
    })
    if (user) await recordAndNotify(change, user, 'restored')
    return user
  })
  return Boolean(restored)
}

import { changeTogether } from '../database/change-together.ts'
import { enqueue } from '../mail/outbox.ts'
import type { Accounts } from './accounts.ts'
import { actOnLink, createLink, endOfLink, type LinkWithUser, voidLinks } from './email-links.ts'
import { type Actor, notify, recordAndNotify, recordEvent } from './events.ts'
import { headOf } from './letters.ts'
import { changeOwnUser, type User } from './users.ts'

/** Ends every session and link at once. The account stays for as long as the link in the email can restore it. False when this session was ended meanwhile. */
export function scheduleDeletion(
  { database, clock }: Accounts,
  user: User,
  by: Actor,
): Promise<boolean> {
  const at = clock()
  const [purpose, kind] = ['restore-account' as const, 'deletion-requested' as const]
  const deletionDueAt = endOfLink(purpose, at)
  const data = { deletionDueAt, authEpoch: { increment: 1 } }
  return changeTogether(database, async (tables) => {
    const changed = await changeOwnUser(tables, user, data)
    if (!changed) return false
    const { id: userId, email } = changed
    const lost = await voidLinks(tables, userId)
    const linkId = await createLink(tables, { purpose, userId, email, at })
    await recordEvent(tables, { userId, kind, at, by })
    const message = {
      ...headOf(changed, by),
      template: 'deletion-scheduled',
      linkId,
      deletionDueAt: deletionDueAt.toISOString(),
    } as const
    await enqueue(tables, { userId, to: email, at, message })
    for (const former of lost)
      await notify(tables, changed, former, { kind, at, by, endsWayBack: true })
    return true
  })
}

/** Gives the account back; false when it is too late. */
export async function restoreAccount(
  accounts: Accounts,
  link: LinkWithUser,
  by: Actor,
): Promise<boolean> {
  const restored = await actOnLink(accounts, link, async (tables, at) => {
    const [user] = await tables.user.updateManyAndReturn({
      where: { id: link.userId, deletionDueAt: { gt: at } },
      data: { deletionDueAt: null },
    })
    if (user) await recordAndNotify(tables, user, { kind: 'restored', at, by })
    return user
  })
  return Boolean(restored)
}

import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { type LinkWithUser, useLink } from './email-links.ts'
import { voidPassword } from './password-reset.ts'
import { recordAndTell } from './security-events.ts'
import { isUniqueViolation } from './unique.ts'

/** Takes a link just found from a mail to an old address; gives the account back to it, ends everything else, and returns the id of a link that sets a new password, or null when somebody was faster. */
export function undoAddress(
  { database, clock }: Accounts,
  link: LinkWithUser,
  browser: string,
): Promise<string | null> {
  const at = clock()
  return changeTogether<string | null>(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return null
    const { userId, email, emailKey } = link
    await endLaterWaysBack(tables, link)
    const data = { email, emailKey, emailVerifiedAt: at, ...(await undoDeletion(tables, userId)) }
    const user = await tables.user.update({ where: { id: userId }, data })
    await recordAndTell(tables, user, { kind: 'email-change-undone', at, browser })
    return voidPassword(tables, userId, at)
  }).catch((error: unknown) => {
    // Somebody has shown since that the old address is theirs.
    if (isUniqueViolation(error)) return null
    throw error
  })
}

// Whoever took the account over and then changed the address again was sent a way back as well.
async function endLaterWaysBack(tables: Tables, { userId, createdAt }: LinkWithUser) {
  const where = { userId, purpose: 'undo-email', createdAt: { gte: createdAt } }
  await tables.emailLink.deleteMany({ where })
}

// They may have deleted it too: the mail about that went to their own address. Who was disabled by the
// operator has no such link, and stays so.
async function undoDeletion(tables: Tables, userId: string) {
  const where = { userId, purpose: 'restore-account' }
  const { count } = await tables.emailLink.deleteMany({ where })
  return count > 0 ? { isActive: true, eraseAt: null } : {}
}

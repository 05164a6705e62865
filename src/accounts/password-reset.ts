import { changeTogether } from '../database/change-together.ts'
import type { Tables } from '../database/database.ts'
import type { Accounts } from './accounts.ts'
import { createLink, type LinkWithUser, useLink } from './email-links.ts'
import { type Busy, isBusy } from './hash-queue.ts'
import { emailKeyOf } from './identifiers.ts'
import { recordEventOf, sendLink } from './nobody.ts'
import { NO_PASSWORD } from './password-text.ts'
import { recordAndTell } from './security-events.ts'

export type Asked = { email: string; browser: string }

/** Takes an address that somebody typed; has a link sent to it if an active user has it. The same statements, and so the same time, if nobody has. */
export async function askForReset(
  { database, clock }: Accounts,
  { email, browser }: Asked,
): Promise<void> {
  const emailKey = emailKeyOf(email)
  const at = clock()
  await changeTogether(database, async (tables) => {
    const user = await tables.user.findUnique({ where: { emailKey, isActive: true } })
    const whose = { tables, user, at }
    await sendLink(whose, { purpose: 'reset-password' })
    await recordEventOf(whose, { kind: 'reset-requested', browser })
  })
}

/** Takes a link just found and a checked password; sets it, ends every session, remember series and link of its user, and says whether nobody was faster. */
export async function resetPassword(
  { database, passwords, clock }: Accounts,
  link: LinkWithUser,
  { password, browser, signal }: { password: string; browser: string; signal: AbortSignal },
): Promise<boolean | Busy> {
  const passwordHash = await passwords.hash(password, signal)
  if (isBusy(passwordHash)) return passwordHash
  const at = clock()
  return changeTogether(database, async (tables) => {
    if (!(await useLink(tables, link, at))) return false
    const authEpoch = { increment: 1 }
    const where = { id: link.userId }
    const user = await tables.user.update({ where, data: { passwordHash, authEpoch } })
    await confirmByTheWay(tables, link, at)
    await recordAndTell(tables, user, { kind: 'password-reset', at, browser })
    return true
  })
}

// Whoever could open the link reads that mailbox.
async function confirmByTheWay(tables: Tables, link: LinkWithUser, at: Date): Promise<void> {
  const where = { id: link.userId, emailKey: link.emailKey, emailVerifiedAt: null }
  await tables.user.updateMany({ where, data: { emailVerifiedAt: at, eraseAt: null } })
}

/** Takes an account whose password may be an impostor's; makes it useless, and with it every session. Returns the id of a link that sets another. */
export async function voidPassword(tables: Tables, userId: string, at: Date): Promise<string> {
  const data = { passwordHash: NO_PASSWORD, authEpoch: { increment: 1 } }
  const user = await tables.user.update({ where: { id: userId }, data })
  const { authEpoch, email, emailKey } = user
  return createLink(tables, { purpose: 'reset-password', userId, authEpoch, email, emailKey, at })
}

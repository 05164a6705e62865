import { changeTogether } from '../database/change-together.ts'
import type { Accounts, User } from './accounts.ts'
import { type Busy, isBusy } from './hash-queue.ts'
import { changeOwnUser } from './own-user.ts'
import { recordAndTell } from './security-events.ts'
import { toUser } from './users.ts'

/** Takes a user who is logged in and what they typed as their password; says whether it is. */
export async function verifyOwnPassword(
  { database, passwords }: Accounts,
  { id }: User,
  { password, signal }: { password: string; signal: AbortSignal },
): Promise<boolean | Busy> {
  const found = await database.user.findUnique({ where: { id }, select: { passwordHash: true } })
  const check = await passwords.verify(password, found?.passwordHash ?? null, signal)
  return isBusy(check) ? check : check.matches
}

/** Takes a user whose current password has just been verified, and a checked new one; returns the user in a new epoch, in which every session, remember series and link from before is over, or null when this session was ended meanwhile. */
export async function changePassword(
  { database, passwords, clock }: Accounts,
  user: User,
  { password, browser, signal }: { password: string; browser: string; signal: AbortSignal },
): Promise<User | null | Busy> {
  const passwordHash = await passwords.hash(password, signal)
  if (isBusy(passwordHash)) return passwordHash
  return changeTogether(database, async (tables) => {
    const data = { passwordHash, authEpoch: { increment: 1 } }
    const changed = await changeOwnUser(tables, user, data)
    if (!changed) return null
    await recordAndTell(tables, changed, { kind: 'password-changed', at: clock(), browser })
    return toUser(changed)
  })
}

import type { Request } from 'express'
import { checkOwnPassword as checkPassword } from '../accounts/passwords.ts'
import { readSession } from '../auth/express-session.ts'
import { servicesOf } from '../services.ts'
import { limitsOf } from '../throttle/budgets.ts'

/** Whether the user who is logged in typed their own password. Counted; the user is told of wrong ones. */
export function checkOwnPassword(req: Request, password: string): Promise<boolean> {
  const { accounts, auth, principalOf, throttle, visitOf } = servicesOf(req)
  const freshAt = String(readSession(req).login?.freshAt ?? 0)
  return throttle.attempt(limitsOf('own-password', { ...principalOf(req), freshAt }), () =>
    checkPassword(accounts, auth.loggedInUser(req), password, visitOf(req)),
  )
}

import type { Request } from 'express'
import { proveOwnPassword } from '../accounts/passwords.ts'
import { servicesOf } from '../services.ts'
import { ownPasswordLimits } from '../throttle/limits.ts'

/** Whether the user who is logged in typed their own password. Counted; the user is told of wrong ones. */
export function provePassword(req: Request, password: string): Promise<boolean> {
  const { accounts, auth, principalOf, throttle, visitOf } = servicesOf(req)
  const typed = { password, ...visitOf(req) }
  return throttle.attempt(ownPasswordLimits(principalOf(req)), () =>
    proveOwnPassword(accounts, auth.loggedInUser(req), typed),
  )
}

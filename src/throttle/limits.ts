import type { Request } from 'express'
import type { LinkWithUser } from '../accounts/email-links.ts'
import { emailKeyOf } from '../accounts/identifiers.ts'
import type { User } from '../accounts/users.ts'
import { networkOf } from '../http/network.ts'
import type { Services } from '../services.ts'
import { findTarget } from '../sessions/devices.ts'
import type { Admission } from './throttle.ts'

/** Takes a request and the user name or email that was typed to log in; says whether it may try. Attempts from elsewhere do not count against a browser that this account has logged in with, so nobody can lock its owner out. */
export async function admitLogin(
  { accounts, browsers, throttle }: Services,
  req: Request,
  identifier: string,
): Promise<Admission> {
  const key = emailKeyOf(identifier)
  const browserId = browsers.known(req)
  const { userId, isKnownDevice } = await findTarget(accounts.database, key, browserId)
  if (isKnownDevice)
    return throttle([{ budget: 'account-from-device', key: `${browserId} ${userId}` }])
  const network = networkOf(req)
  // By what was typed, and not by the account that it means: whoever uses up the budget of a user name could
  // else see whose email it is that has none left.
  return throttle([
    { budget: 'name-from-network', key: `${network} ${key}` },
    { budget: 'network', key: network },
    { budget: 'name', key },
  ])
}

/** Takes somebody who is logged in and types their password again; says whether they may try. Whoever found the browser open has ten guesses. */
export function admitOwnPassword({ throttle }: Services, { id }: User): Promise<Admission> {
  return throttle([{ budget: 'own-password', key: id }])
}

/** Takes a link that is to set a new password; says whether it may. Many at once would each cost a hash, before one of them uses it up. */
export function admitReset({ throttle }: Services, { userId }: LinkWithUser): Promise<Admission> {
  return throttle([{ budget: 'resets-of-account', key: userId }])
}

/** Takes a request that has a mail sent, and to which address; says whether it may. One cap for whoever asks, one for whoever would be flooded. */
export function admitMail({ throttle }: Services, req: Request, email: string): Promise<Admission> {
  return throttle([
    { budget: 'mails-from-network', key: networkOf(req) },
    { budget: 'mails-to-email', key: emailKeyOf(email) },
  ])
}

/** Guesses at the password of a registration, through the link in its email. */
export function admitVerification(
  { throttle }: Services,
  { id }: { id: string },
): Promise<Admission> {
  return throttle([{ budget: 'own-password', key: id }])
}

/** Takes a request to register, and the address it names; says whether it may go on. Each has a mail sent. By a budget of its own: what is left of another would tell a stranger that the address was used here this hour. */
export function admitRegistration(
  { throttle }: Services,
  req: Request,
  email: string,
): Promise<Admission> {
  return throttle([
    { budget: 'registrations-from-network', key: networkOf(req) },
    { budget: 'registrations-to-email', key: emailKeyOf(email) },
  ])
}

import type { BudgetName } from './budgets.ts'

/** What an attempt counts against. The account that it is about stands first in the key: see `tagOf`. */
export type Limit = { budget: BudgetName; key: string }

/** What a visitor types to log in, folded, and where they type it. */
export type LoginTarget = {
  network: string
  nameKey: string
  /** Set where this browser has logged in to that account before. */
  device: { id: string; userId: string } | null
}

/** A user who is logged in, and on which device. */
export type Principal = { userId: string; deviceId: string; network: string }

/** A known device does not count with the others: their guesses cannot lock its user out. */
export function loginLimits({ network, nameKey, device }: LoginTarget): Limit[] {
  if (device)
    return [
      { budget: 'device', key: `${device.userId} ${device.id}` },
      { budget: 'devices-of-user', key: device.userId },
    ]
  // By what was typed, not by the account that it means: a common budget for user name and email
  // would tell that they belong together, and so that the email is known.
  return [
    { budget: 'name-in-network', key: `${nameKey} ${network}` },
    { budget: 'name-in-network-hourly', key: `${nameKey} ${network}` },
    { budget: 'network', key: network },
    { budget: 'name', key: nameKey },
  ]
}

export function ownPasswordLimits({ userId, deviceId }: Principal): Limit[] {
  return [
    { budget: 'own-password', key: `${userId} ${deviceId}` },
    { budget: 'own-password-of-user', key: userId },
  ]
}

// Many requests with one link would each cost a hash before the first of them uses it up.
export function linkPasswordLimits(userOrLinkId: string): Limit[] {
  return [{ budget: 'password-of-link', key: userOrLinkId }]
}

/** For a request that has an email sent. */
export function emailLimits(network: string): Limit[] {
  return [{ budget: 'emails-of-network', key: network }]
}

/** For a change of email, which sends a link to the new one. */
export function newEmailLimits({ userId, network }: Principal, emailKey: string): Limit[] {
  // Not by the email alone: strangers could keep its owner from moving there.
  return [...emailLimits(network), { budget: 'new-email-of-user', key: `${userId} ${emailKey}` }]
}

/** For a user who asks for the link to their own email again. */
export function verificationLimits({ userId, deviceId, network }: Principal): Limit[] {
  return [...emailLimits(network), { budget: 'verifications', key: `${userId} ${deviceId}` }]
}

/** For each email of a kind that strangers can have sent. */
export function recipientLimits(budget: 'resets-to' | 'verifications-to', key: string): Limit[] {
  return [{ budget, key }]
}

/** For each attempt to deliver an email. */
export function deliveryLimits(kind: string, emailKey: string): Limit[] {
  return [{ budget: 'deliveries-to', key: `${emailKey} ${kind}` }]
}

export function registrationLimits(network: string): Limit[] {
  return [{ budget: 'registrations-of-network', key: network }]
}

export function formLimits({ userId, deviceId, network }: Principal): Limit[] {
  return [
    { budget: 'forms-of-device', key: `${userId} ${deviceId}` },
    { budget: 'forms-of-user', key: userId },
    { budget: 'forms-of-network', key: network },
  ]
}

/** For what one browser of a user does to the account. */
export function deviceLimits(
  budget: 'profile' | 'revocations' | 'exports',
  { userId, deviceId }: Principal,
): Limit[] {
  return [{ budget, key: `${userId} ${deviceId}` }]
}

/** For a new user name: the answer tells whether it is taken. */
export function usernameLimits({ userId, network }: Principal): Limit[] {
  return [
    { budget: 'usernames', key: userId },
    { budget: 'usernames-of-network', key: network },
  ]
}

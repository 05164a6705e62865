import type { TestApp } from './app.ts'
import { askForNewEmail, deleteAccount, forgetPassword, moveTo, newPassword } from './journeys.ts'
import { readLink } from './mails.ts'
import { PASSWORD, type Person } from './users.ts'

/** Every kind of email link: how a user gets one, and the fields of its form. */
export type LinkKind = {
  name: string
  get: (site: TestApp, person: Person) => Promise<string>
  fields: Record<string, string>
}

export const LINK_KINDS: LinkKind[] = [
  { name: 'reset-password', get: forgetPassword, fields: newPassword },
  {
    name: 'verify-email',
    get: (site, { email }) => readLink(site, email, 'verify-email'),
    // Any browser but the one that registered has to know the password.
    fields: { password: PASSWORD },
  },
  {
    name: 'verify-new-email',
    get: (site, person) => askForNewEmail(site, person, `new.${person.email}`),
    fields: {},
  },
  {
    name: 'undo-email',
    get: (site, person) => moveTo(site, person, `new.${person.email}`),
    fields: {},
  },
  { name: 'restore-account', get: deleteAccount, fields: {} },
]

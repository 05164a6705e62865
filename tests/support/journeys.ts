import type { Database } from '../../src/database/database.ts'
import type { Services } from '../../src/services.ts'
import type { TestApp } from './app.ts'
import type { Browser } from './browser.ts'
import { doJobs } from './jobs.ts'
import { readLink } from './mails.ts'
import type { Person } from './users.ts'

// Walks through the forms that have a mail sent. Each ends with the link in that mail.

/** What these walks need of an application. */
export type Site = { database: Database; services?: Services } & Pick<
  TestApp,
  'settings' | 'browse'
>

export const NEW_PASSWORD = 'mauve otter gantry'
export const newPassword = { password: NEW_PASSWORD, confirm: NEW_PASSWORD }

export async function forgetPassword(site: Site, { email }: Person): Promise<string> {
  await site.browse().submit('/forgot-password', { email })
  return readLink(site, email, 'reset-password')
}

export async function askForNewEmail(site: Site, { browser }: Person, email: string) {
  await browser.submit('/account', { email })
  return readLink(site, email, 'verify-new-email')
}

const LONG_AGO = new Date('2020-01-01T00:00:00Z')

/** Marks the email as verified long ago. */
export async function markVerified(site: Site, person: Person) {
  const { id } = await findUser(site, person)
  return site.database.user.update({ where: { id }, data: { emailVerifiedAt: LONG_AGO } })
}

/** Moves a user to another email that they verify; the link is the one to the old email. */
export async function moveTo(site: Site, person: Person, email: string): Promise<string> {
  const { email: before } = await markVerified(site, person)
  await followLink(person.browser, await askForNewEmail(site, person, email))
  return readLink(site, before, 'email-changed')
}

export async function deleteAccount(site: Site, { browser, username, password, email }: Person) {
  await browser.submit('/account/delete', { username, password })
  return readLink(site, email, 'deletion-scheduled')
}

/** Opens a link from a mail and sends the form behind it, whether or not the page still shows one. */
export async function followLink(browser: Browser, link: string, fields = {}) {
  await browser.visit(link)
  return postLink(browser, link, fields)
}

/** Sends the form behind a link that the browser has opened already. */
export async function postLink(browser: Browser, link: string, fields = {}) {
  const _csrf = await browser.takeToken('/forgot-password')
  return browser.post(pathOf(link), { _csrf, ...fields })
}

/** Opens a link from a mail and returns the page that it ends on. */
export async function openLink(browser: Browser, link: string) {
  return browser.follow(await browser.visit(link))
}

export function pathOf(link: string): string {
  return link.split('?')[0] ?? ''
}

export function tokenIn(link: string): string {
  return new URLSearchParams(link.split('?')[1]).get('token') ?? ''
}

export function findUser(
  { database }: Pick<Site, 'database'>,
  { username }: Pick<Person, 'username'>,
) {
  return database.user.findFirstOrThrow({ where: { username } })
}

/** The kinds of an account's events, in alphabetical order. */
export async function listEvents(
  site: Pick<Site, 'database' | 'services'>,
  person: { username: string },
) {
  await doJobs(site)
  const where = { user: { username: person.username } }
  const events = await site.database.securityEvent.findMany({ where })
  return events.map(({ kind }) => kind).sort()
}

export const LINK_IS_OVER =
  'This link was used already, was cancelled by a later change, or is too old.'

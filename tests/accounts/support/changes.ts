import type { Database } from '../../../src/database/database.ts'
import { doJobs } from '../../support/jobs.ts'
import {
  askForNewEmail,
  deleteAccount,
  forgetPassword,
  markVerified,
  moveTo,
  newPassword,
  pathOf,
  type Site,
} from '../../support/journeys.ts'
import { register, userFields } from '../../support/users.ts'

/** A user at the last step of a change, which `act` takes. */
export type Prepared = { username: string; act: () => Promise<{ status: number }> }

/** A change to an account, the event that it is, and the mail that tells of it. */
export type Change = {
  name: string
  event: string
  mail: string
  prepare: (site: Site) => Promise<Prepared>
}

export const CHANGES: Change[] = [
  {
    name: 'registration',
    event: 'registered',
    mail: 'verify-email',
    async prepare(site) {
      const browser = site.browse()
      const fields = { ...userFields(), _csrf: await browser.takeToken('/register') }
      return { username: fields.username, act: () => browser.post('/register', fields) }
    },
  },
  {
    name: 'a change of password',
    event: 'password-changed',
    mail: 'mail.notice.password-changed',
    async prepare(site) {
      const person = await register(site)
      await markVerified(site, person)
      const { browser, username, password: current } = person
      const _csrf = await browser.takeToken('/account/password')
      const fields = { _csrf, current, ...newPassword }
      return { username, act: () => browser.post('/account/password', fields) }
    },
  },
  {
    name: 'the decision about a forgotten password',
    event: 'reset-requested',
    mail: 'reset-password',
    async prepare(site) {
      const { username, email } = await register(site)
      await site.browse().submit('/forgot-password', { email })
      const act = () =>
        doJobs(site).then(
          () => ({ status: 200 }),
          () => ({ status: 500 }),
        )
      return { username, act }
    },
  },
  fromLink('a new password', 'password-reset', 'mail.notice.password-reset', forgetPassword),
  fromLink('a change of email', 'email-changed', 'email-changed', async (site, person) => {
    await markVerified(site, person)
    return askForNewEmail(site, person, `new.${person.email}`)
  }),
  fromLink(
    'a change of email undone',
    'email-change-undone',
    'mail.notice.email-change-undone',
    (site, person) => moveTo(site, person, `new.${person.email}`),
  ),
  fromLink('restoring an account', 'restored', 'mail.notice.restored', async (site, person) => {
    await markVerified(site, person)
    return deleteAccount(site, person)
  }),
  {
    name: 'deletion',
    event: 'deletion-requested',
    mail: 'deletion-scheduled',
    async prepare(site) {
      const { browser, username, password } = await register(site)
      const _csrf = await browser.takeToken('/account/delete')
      const fields = { _csrf, username, password }
      return { username, act: () => browser.post('/account/delete', fields) }
    },
  },
]

function fromLink(name: string, event: string, mail: string, get: typeof forgetPassword): Change {
  return {
    name,
    event,
    mail,
    async prepare(site) {
      const { username, email, ...person } = await register(site)
      const link = await get(site, { username, email, ...person })
      const browser = site.browse()
      await browser.visit(link)
      const _csrf = await browser.takeToken('/forgot-password')
      const fields = { _csrf, email, ...newPassword }
      return { username, act: () => browser.post(pathOf(link), fields) }
    },
  }
}

/** Everything of the account that a change may change, as text to compare. */
export async function readAccount({ user }: Database, usernameKey: string): Promise<string> {
  const links = { select: { id: true }, orderBy: { id: 'asc' } } as const
  return JSON.stringify(await user.findUnique({ where: { usernameKey }, include: { links } }))
}

/** Which of the three were made: the change, its event and its mail. `before` is what readAccount said. */
export async function readTrace(
  database: Database,
  usernameKey: string,
  { event: kind, mail }: Change,
  before: string,
) {
  const user = await database.user.findUnique({ where: { usernameKey }, include: { events: true } })
  const mails = await database.outboxMessage.findMany({ where: { userId: user?.id ?? '' } })
  return {
    isChanged: (await readAccount(database, usernameKey)) !== before,
    hasEvent: (user?.events ?? []).some((each) => each.kind === kind),
    hasMail: mails.some(({ template, data }) => `${template} ${data}`.includes(mail)),
  }
}

export const BOTH = { isChanged: true, hasEvent: true, hasMail: true }
export const NEITHER = { isChanged: false, hasEvent: false, hasMail: false }

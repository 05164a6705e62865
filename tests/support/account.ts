import type { TestApp } from './app.ts'
import type { Browser } from './browser.ts'
import { doJobs } from './jobs.ts'
import { findNotices } from './mails.ts'
import { logIn, type Person } from './users.ts'

/** Logs in with a browser that is new to the account, remembered unless told otherwise. */
export async function logInElsewhere(
  site: Pick<TestApp, 'browse'>,
  person: Person,
  more: Record<string, string> = { remember: 'on' },
): Promise<Browser> {
  const browser = site.browse()
  const answer = await logIn(browser, person, more)
  if (answer.status !== 303) throw new Error(`Logging in was answered by ${answer.status}`)
  return browser
}

/** A copy of a browser with only its remember cookie. */
export function onlyRemembered(site: Pick<TestApp, 'browse'>, browser: Browser): Browser {
  const copy = site.browse().copyCookies(browser)
  copy.restart()
  return copy
}

/** Kinds of security events, oldest first. */
export async function kindsOf(site: TestApp, username: string): Promise<string[]> {
  await doJobs(site)
  const where = { user: { username } }
  const events = await site.database.securityEvent.findMany({ where, orderBy: { at: 'asc' } })
  return events.map(({ kind }) => kind)
}

/** What security notices said, oldest first. */
export async function noticesTo(site: TestApp, recipient: string): Promise<string[]> {
  return (await findNotices(site, recipient)).toReversed()
}

/** When each remember series ends, in ms since 1970. */
export async function endsOfSeries({ database }: TestApp, username: string): Promise<number[]> {
  const { id, authEpoch } = await database.user.findUniqueOrThrow({
    where: { usernameKey: username.toLowerCase() },
  })
  const series = await database.rememberSeries.findMany({ where: { userId: id, authEpoch } })
  return series.map(({ expiresAt }) => expiresAt.getTime())
}

import { setTimeout } from 'node:timers/promises'
import type { Random } from '../auth/support/model/seeded-random.ts'
import { onlyRemembered } from './account.ts'
import type { TestApp } from './app.ts'
import type { Browser } from './browser.ts'
import { isLoggedIn, PASSWORD } from './users.ts'

/** The clients that send requests while something is ended, and the requests. */
export type Rush = { clients: Browser[]; requests: (() => Promise<unknown>)[] }

/** Requests of the tabs of a remembered browser: with its session, with its remember cookie alone, and with its password. */
export async function rushOf(site: TestApp, browser: Browser): Promise<Rush> {
  const _csrf = await browser.takeToken('/account')
  const open = (count: number) => Array.from({ length: count }, () => copyOf(site, browser))
  const [tabs, confirming] = [open(2), open(1)]
  const restarted = open(2).map((each) => onlyRemembered(site, each))
  const visits = [...tabs, ...restarted].map((each) => () => each.visit('/account/devices'))
  const confirms = confirming.map(
    (each) => () => each.post('/reauthenticate', { _csrf, password: PASSWORD }),
  )
  // One that sends nothing stands for a copy of the cookies.
  const clients = [...tabs, ...restarted, ...confirming, ...open(1), ...restarted.slice(0, 1)]
  return { clients, requests: [...visits, ...confirms] }
}

/** How many clients are logged in after the act and the rush are over. */
export async function race(
  random: Random,
  act: () => Promise<unknown>,
  { clients, requests }: Rush,
): Promise<number> {
  const starts = [act, ...requests].map(async (start) => {
    await setTimeout(random() * MOST_APART)
    return start()
  })
  await Promise.all(starts)
  const stillIn = await Promise.all(clients.map(isLoggedIn))
  return stillIn.filter(Boolean).length
}

// About as long as a request takes, in milliseconds.
const MOST_APART = 12

function copyOf(site: TestApp, browser: Browser): Browser {
  return site.browse().copyCookies(browser)
}

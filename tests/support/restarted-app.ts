import { openTestApp, type TestApp } from './app.ts'
import type { Browser } from './browser.ts'
import { logIn, type Person, register } from './users.ts'

const [A, B, C] = ['a'.repeat(32), 'b'.repeat(32), 'c'.repeat(32)]

/** Opens an application, and the same one started again on its database: with a new secret in front, with that one only, and with another altogether. */
export async function openWithSecrets() {
  const first = await openTestApp({ SESSION_SECRET: A })
  const startWith = (secrets: string) => openTestApp({ SESSION_SECRET: secrets }, first)
  const both = await startWith(`${B},${A}`)
  return { first, both, onlyNew: await startWith(B), another: await startWith(C) }
}

/** A user with one browser, in which they are remembered. */
export async function registerRemembered(site: TestApp): Promise<Person> {
  const ada = await register(site)
  await ada.browser.submit('/logout')
  await logIn(ada.browser, ada, { remember: 'on' })
  return ada
}

/** The same browser at an application that was started later. */
export function moveTo(site: TestApp, browser: Browser): Browser {
  return site.browse().copyCookies(browser)
}

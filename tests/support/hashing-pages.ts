import type { Response } from 'supertest'
import type { Site } from './journeys.ts'
import { forgetPassword, newPassword } from './journeys.ts'
import { readLink } from './mails.ts'
import { register, userFields } from './users.ts'

/** Sends a form that costs a hash, as often as it is called. */
export type SendForm = () => Promise<Response>

const WRONG = 'not my password'

/** Every page whose form costs a hash, and how a visitor who was never there before comes to send it. */
export const HASHING_PAGES: Record<string, (site: Site) => Promise<SendForm>> = {
  '/login': async (site) => {
    const { username } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    return () => browser.post('/login', { _csrf, username, password: WRONG })
  },
  '/register': async (site) => {
    const visitor = site.browse()
    const _csrf = await visitor.takeToken('/register')
    // A browser that has registered is logged in, and would not be asked again.
    return () =>
      site
        .browse()
        .copyCookies(visitor)
        .post('/register', { _csrf, ...userFields() })
  },
  '/reset-password': async (site) => {
    const browser = site.browse()
    await browser.visit(await forgetPassword(site, await register(site)))
    const _csrf = await browser.takeToken('/reset-password')
    return () => browser.post('/reset-password', { _csrf, ...newPassword })
  },
  '/verify-email': async (site) => {
    const { email } = await register(site)
    const visitor = site.browse()
    await visitor.visit(await readLink(site, email, 'verify-email'))
    const _csrf = await visitor.takeToken('/verify-email')
    return () => visitor.post('/verify-email', { _csrf, password: WRONG })
  },
  '/reauthenticate': (site) => openLoggedIn(site, '/reauthenticate', { password: WRONG }),
  '/account/password': (site) =>
    openLoggedIn(site, '/account/password', { current: WRONG, ...newPassword }),
  '/account/delete': (site) => openLoggedIn(site, '/account/delete', { password: WRONG }),
}

async function openLoggedIn(site: Site, path: string, fields: object): Promise<SendForm> {
  const { browser, username } = await register(site)
  const _csrf = await browser.takeToken(path)
  return () => browser.post(path, { _csrf, username, ...fields })
}

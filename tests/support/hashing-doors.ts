import type { Response } from 'supertest'
import type { Site } from './journeys.ts'
import { forgetPassword, newPassword } from './journeys.ts'
import { register, userFields } from './users.ts'

/** Sends a form that costs a hash, as often as it is called. */
export type Knock = () => Promise<Response>

const WRONG = 'not my password'

/** Every page whose form costs a hash, and how somebody comes to send it who was never there before. */
export const HASHING_DOORS: Record<string, (site: Site) => Promise<Knock>> = {
  '/login': async (site) => {
    const { username } = await register(site)
    const browser = site.browse()
    const _csrf = await browser.takeToken('/login')
    return () => browser.post('/login', { _csrf, username, password: WRONG })
  },
  '/register': async (site) => {
    const stranger = site.browse()
    const _csrf = await stranger.takeToken('/register')
    // Whoever has registered is logged in, and would not be asked again.
    return () =>
      site
        .browse()
        .copyCookies(stranger)
        .post('/register', { _csrf, ...userFields() })
  },
  '/reset-password': async (site) => {
    const browser = site.browse()
    await browser.visit(await forgetPassword(site, await register(site)))
    const _csrf = await browser.takeToken('/reset-password')
    return () => browser.post('/reset-password', { _csrf, ...newPassword })
  },
  '/reauthenticate': (site) => knockLoggedIn(site, '/reauthenticate', { password: WRONG }),
  '/account/password': (site) =>
    knockLoggedIn(site, '/account/password', { current: WRONG, ...newPassword }),
  '/account/delete': (site) => knockLoggedIn(site, '/account/delete', { password: WRONG }),
}

async function knockLoggedIn(site: Site, path: string, fields: object): Promise<Knock> {
  const { browser, username } = await register(site)
  const _csrf = await browser.takeToken(path)
  return () => browser.post(path, { _csrf, username, ...fields })
}

import type { Request, Response } from 'express'
import { chooseLanguage } from '../accounts/profile.ts'
import { HttpError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'
import { limitsOf } from '../throttle/budgets.ts'

/** The form in the footer of every page. */
export const languagePage: Page = { path: '/language', for: 'all', post: [choose] }

async function choose(req: Request, res: Response) {
  const { accounts, auth, catalogue, cookies, nextOf, principalOf, throttle } = servicesOf(req)
  const { language } = req.body ?? {}
  if (!catalogue.languages.includes(language)) throw new HttpError(400)
  const user = auth.currentUser(req)
  if (user) {
    await throttle.count(limitsOf('profile', principalOf(req)))
    await chooseLanguage(accounts, user, language)
  }
  cookies.language.write(res, language)
  res.redirect(303, nextOf(req) ?? '/')
}

import type { Request, Response } from 'express'
import { nextOf } from '../auth/next.ts'
import { HttpError } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import { servicesOf } from '../services.ts'

/** The form in the footer of every page. */
export const languagePage: Page = { path: '/language', for: 'all', post: [choose] }

function choose(req: Request, res: Response) {
  const { catalogue, cookies, settings } = servicesOf(req)
  const { language } = req.body ?? {}
  if (!catalogue.languages.includes(language)) throw new HttpError(400)
  cookies.language.write(res, language)
  res.redirect(303, nextOf(req, settings.appUrl) ?? '/')
}

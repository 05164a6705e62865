import type { Request, Response } from 'express'
import type { Page } from '../http/page.ts'
import type { Services } from '../services.ts'

export function homePage({ auth }: Services): Page {
  return { path: '/', get: [showHome] }

  function showHome(req: Request, res: Response) {
    if (auth.currentUser(req)) res.redirect(302, '/dashboard')
    else res.render('home')
  }
}

import type { Request, Response } from 'express'
import type { Page } from '../http/page.ts'
import type { Rooms } from '../rooms.ts'

export function homePage({ auth }: Rooms): Page {
  return { path: '/', get: [showHome] }

  function showHome(req: Request, res: Response) {
    if (auth.currentUser(req)) res.redirect(302, '/dashboard')
    else res.render('home')
  }
}

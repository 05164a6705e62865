import type { Request, Response } from 'express'
import type { Page } from '../http/page.ts'

export const homePage: Page = { path: '/', for: 'logged-out', get: [showHome] }

function showHome(_req: Request, res: Response) {
  res.render('home')
}

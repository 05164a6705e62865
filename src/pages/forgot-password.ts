import { setTimeout } from 'node:timers/promises'
import type { NextFunction, Request, Response } from 'express'
import { z } from 'zod'
import { LINK_LIFETIMES } from '../accounts/email-links.ts'
import { Email } from '../accounts/identifiers.ts'
import { askForReset } from '../accounts/password-reset.ts'
import { minutes, seconds } from '../durations.ts'
import { describeBrowser } from '../http/browsers.ts'
import { blankForm, type FormView, parseForm } from '../http/form.ts'
import { refuseTooMany } from '../http/http-error.ts'
import type { Page } from '../http/page.ts'
import type { Services } from '../services.ts'
import { admitMail } from '../throttle/limits.ts'
import { sayWhereMailGoes } from './mail-words.ts'

// No hash is spent here that would hide how much longer it takes to write somebody's rows than nobody's:
// 0.2 ms, which many questions would show. So the clock decides when to answer.
const ANSWER_AFTER = seconds(0.025)

const ForgotForm = z.object({ email: Email })

export function forgotPasswordPage(services: Services): Page {
  const { accounts, flashes } = services
  return { path: '/forgot-password', for: 'all', get: [showForgot], post: [forgot] }

  function showForgot(_req: Request, res: Response) {
    show(res, blankForm())
  }

  async function forgot(req: Request, res: Response, next: NextFunction) {
    const form = parseForm(ForgotForm, req.body)
    if (!form.ok) {
      res.status(422)
      return show(res, form.view)
    }
    const admission = await admitMail(services, req, form.data.email)
    if (!admission.ok) return refuseTooMany(next, admission)

    const asked = { email: form.data.email, browser: describeBrowser(req) }
    await Promise.all([askForReset(accounts, asked), setTimeout(ANSWER_AFTER)])
    // The same words whether or not anybody has that address.
    const message = 'If an account has that address, a link is on its way to it.'
    flashes.add(req, res, 'info', message + sayWhereMailGoes(services.settings))
    return res.redirect(303, '/forgot-password')
  }

  function show(res: Response, form: FormView) {
    res.render('forgot-password', {
      form,
      linkMinutes: LINK_LIFETIMES['reset-password'] / minutes(1),
    })
  }
}

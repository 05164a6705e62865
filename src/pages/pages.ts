import type { Page } from '../http/page.ts'
import type { Services } from '../services.ts'
import { activityPage } from './account/activity.ts'
import { deletePage } from './account/delete.ts'
import { devicesPages } from './account/devices.ts'
import { exportPage } from './account/export.ts'
import { passwordPage } from './account/password.ts'
import { accountPages } from './account.ts'
import { changePasswordPage } from './change-password.ts'
import { dashboardPage } from './dashboard.ts'
import { mailboxPages } from './dev/mailbox.ts'
import { forgotPasswordPage } from './forgot-password.ts'
import { healthPage, readyPage } from './health.ts'
import { homePage } from './home.ts'
import { languagePage } from './language.ts'
import { loginPage } from './login.ts'
import { logoutPage } from './logout.ts'
import { notesPages } from './notes.ts'
import { reauthenticatePage } from './reauthenticate.ts'
import { registerPage } from './register.ts'
import { resendVerificationPage } from './resend-verification.ts'
import { resetPasswordPage } from './reset-password.ts'
import { restoreAccountPage } from './restore-account.ts'
import { undoEmailPage } from './undo-email.ts'
import { verifyEmailPage } from './verify-email.ts'

/** Every page; who may come to it stands in its file. */
export function listPages({ settings }: Services): Page[] {
  return [
    homePage,
    ...(settings.registration === 'closed' ? [] : [registerPage]),
    loginPage,
    logoutPage,
    dashboardPage,
    ...notesPages,
    reauthenticatePage,
    passwordPage,
    ...devicesPages,
    activityPage,
    ...accountPages,
    exportPage,
    deletePage,
    forgotPasswordPage,
    resetPasswordPage,
    verifyEmailPage,
    resendVerificationPage,
    undoEmailPage,
    restoreAccountPage,
    changePasswordPage,
    languagePage,
    ...(settings.isProduction ? [] : mailboxPages),
  ]
}

export function listHealthChecks({ database }: Services): Page[] {
  return [healthPage, readyPage(database)]
}

import { z } from 'zod'
import {
  checkPasswordLength,
  type PasswordOwner,
  type PasswordProblem,
  ratePassword,
} from '../accounts/password-rules.ts'

/** The two fields of a form that sets a password. */
export const newPasswordFields = {
  password: z.string('Enter a password.').min(1, 'Enter a password.'),
  confirm: z.string('Enter the password again.').min(1, 'Enter the password again.'),
}

/** Demands a password that is good for its owner, and the same both times. */
export function demandGoodPassword<Fields extends { password: string; confirm: string }>(
  schema: z.ZodType<Fields>,
  ownerOf: (fields: Fields) => PasswordOwner,
) {
  return schema
    .superRefine((fields, context) => {
      add(context, checkPasswordLength(fields.password, ownerOf(fields).minLength))
    })
    .refine(({ password, confirm }) => password === confirm, {
      path: ['confirm'],
      message: 'The two passwords are not the same.',
    })
    .superRefine(
      (fields, context) => add(context, ratePassword(fields.password, ownerOf(fields))),
      {
        // Rating takes longer than everything else, and what it is rated against may be of any length until then.
        when: ({ issues }) => issues.length === 0,
      },
    )
}

function add(context: z.RefinementCtx, problem: PasswordProblem | null): void {
  if (problem) context.addIssue({ code: 'custom', path: ['password'], message: problem.message })
}

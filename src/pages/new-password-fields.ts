import { z } from 'zod'
import { checkPassword, type PasswordOwner } from '../accounts/password-rules.ts'

/** The two fields of a form that sets a password. */
export const newPasswordFields = {
  password: z.string('Enter a password.').min(1, 'Enter a password.'),
  confirm: z.string('Enter the password again.').min(1, 'Enter the password again.'),
}

/** Takes a form's schema with those fields, and whose password it will be; returns it with the demand that the password is a good one for them, and the same both times. */
export function demandGoodPassword<Fields extends { password: string; confirm: string }>(
  schema: z.ZodType<Fields>,
  ownerOf: (fields: Fields) => PasswordOwner,
) {
  return schema
    .superRefine((fields, context) => {
      const problem = checkPassword(fields.password, ownerOf(fields))
      if (problem)
        context.addIssue({ code: 'custom', path: ['password'], message: problem.message })
    })
    .refine(({ password, confirm }) => password === confirm, {
      path: ['confirm'],
      message: 'The two passwords are not the same.',
    })
}

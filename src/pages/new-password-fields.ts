import { z } from 'zod'

/** The two fields of a form that sets a password. */
export const newPasswordFields = {
  password: z.string('Enter a password.').min(1, 'Enter a password.'),
  confirm: z.string('Enter the password again.').min(1, 'Enter the password again.'),
}

/** Takes a form's schema with those fields; returns it with the demand that both are the same. */
export function demandSamePasswords<T extends z.ZodType<{ password: string; confirm: string }>>(
  schema: T,
) {
  return schema.refine(({ password, confirm }) => password === confirm, {
    path: ['confirm'],
    message: 'The two passwords are not the same.',
  })
}

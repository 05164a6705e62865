import { z } from 'zod'
import {
  findLengthProblem,
  findWeakness,
  type PasswordOwner,
  type PasswordProblem,
} from '../accounts/password-rules.ts'
import { text } from '../words/words.ts'

/** The two fields of a form that sets a password. */
export const newPasswordFields = {
  password: z.string(text('password.new-missing')).min(1, text('password.new-missing')),
  confirm: z.string(text('password.again-missing')).min(1, text('password.again-missing')),
}

/** Demands a password that is good for its owner, and the same both times. */
export function demandGoodPassword<Fields extends { password: string; confirm: string }>(
  schema: z.ZodType<Fields>,
  ownerOf: (fields: Fields) => PasswordOwner,
) {
  return schema
    .superRefine((fields, context) => {
      addProblem(context, findLengthProblem(fields.password, ownerOf(fields).minLength))
    })
    .refine(({ password, confirm }) => password === confirm, {
      path: ['confirm'],
      message: text('password.not-the-same'),
    })
    .superRefine(
      (fields, context) => addProblem(context, findWeakness(fields.password, ownerOf(fields))),
      {
        // Rating takes longer than everything else, and what it is rated against may be of any length until then.
        when: ({ issues }) => issues.length === 0,
      },
    )
}

function addProblem(context: z.RefinementCtx, problem: PasswordProblem | null): void {
  if (!problem) return
  const message = text(problem.text)
  context.addIssue({ code: 'custom', path: ['password'], message })
}

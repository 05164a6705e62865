import type { z } from 'zod'
import { readText, type Text, text } from '../words/words.ts'

type FormError = { field: string; text: Text }

/** What the form macros show: typed values without the secret ones, and what is wrong with them. */
export type FormView = { values: Record<string, string>; errors: FormError[] }

export type AcceptedForm<T> = { ok: true; data: T; view: FormView }
type RefusedForm = { ok: false; view: FormView }

/** An untouched form, with values to begin with. */
export function blankForm(values: Record<string, string> = {}): FormView {
  return { values, errors: [] }
}

// For what no form of ours sends, such as a list in place of a text.
const UNREADABLE = text('error.400')

/** Errors come in the order of the schema's fields, one for each. */
export function parseForm<T>(schema: z.ZodType<T>, body: unknown): AcceptedForm<T> | RefusedForm {
  const parsed = schema.safeParse(body ?? {}, { error: () => UNREADABLE })
  const values = keepValues(body)
  if (parsed.success) return { ok: true, data: parsed.data, view: { values, errors: [] } }
  const errors = firstPerField(parsed.error.issues)
  return { ok: false, view: { values, errors: sortLike(schema, errors) } }
}

/** For a body that was refused unread. */
export function refillForm(body: unknown, text: Text): FormView {
  return { values: keepValues(body), errors: [{ field: '', text }] }
}

/** For what is found wrong later; field '' is the form as a whole. */
export function rejectForm(form: { view: FormView }, field: string, text: Text): RefusedForm {
  return { ok: false, view: { ...form.view, errors: [{ field, text }] } }
}

/** Never shown again, and never kept. */
export const SECRET_FIELDS = ['password', 'confirm', 'current', '_csrf']

/** What was typed, to be shown again; nothing secret leaves in a page. */
function keepValues(body: unknown): Record<string, string> {
  const fields = Object.entries(body ?? {}).filter(
    (field): field is [string, string] =>
      typeof field[1] === 'string' && !SECRET_FIELDS.includes(field[0]),
  )
  return Object.fromEntries(fields)
}

// What a check of the whole form finds, as in a new password, comes after what its fields say.
function sortLike(schema: z.ZodType, errors: FormError[]): FormError[] {
  const fields = Object.keys('shape' in schema ? (schema.shape as object) : {})
  const placeOf = ({ field }: FormError) => fields.indexOf(field)
  return errors.toSorted((one, other) => placeOf(one) - placeOf(other))
}

function firstPerField(issues: z.core.$ZodIssue[]): FormError[] {
  const errors = new Map<string, FormError>()
  for (const { path, message } of issues) {
    const field = String(path[0] ?? '')
    if (!errors.has(field)) errors.set(field, { field, text: readText(message) })
  }
  return [...errors.values()]
}

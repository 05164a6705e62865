import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { blankForm, parseForm, rejectForm } from '../../src/http/form.ts'
import { text } from '../../src/words/words.ts'

const Form = z.object({
  name: z
    .string()
    .min(1, text('username.missing'))
    .max(3, text(['password.too-short', { least: 3 }]))
    .regex(/^a/, text('name.invisible')),
  password: z.string(text('password.missing')).min(1, text('password.missing')),
})

describe('parseForm', () => {
  test('gives the data of a form that is as it should be', () => {
    const form = parseForm(Form, { name: 'ada', password: 'x', other: 'y' })

    expect(form).toMatchObject({ ok: true, data: { name: 'ada', password: 'x' } })
  })

  test('tells one error for each field, in the order of the form', () => {
    const form = parseForm(Form, { password: '', name: 'bobby' })

    expect(form.view.errors).toEqual([
      { field: 'name', text: ['password.too-short', { least: 3 }] },
      { field: 'password', text: 'password.missing' },
    ])
  })

  test('tells what a check of the whole form finds in its place', () => {
    const Whole = z
      .object({ name: z.string(), password: z.string().min(1, text('password.missing')) })
      .refine(() => false, { path: ['name'], message: text('username.taken') })
    const form = parseForm(Whole, { name: 'ada', password: '' })

    expect(form.view.errors.map(({ field }) => field)).toEqual(['name', 'password'])
  })

  test('says in words what no form of ours sends', () => {
    const { errors } = parseForm(Form, { name: ['a'], password: 'x' }).view

    expect(errors).toEqual([{ field: 'name', text: 'error.400' }])
  })

  test('treats a missing body as an empty one', () => {
    expect(parseForm(Form, undefined).view.errors.map(({ field }) => field)).toEqual([
      'name',
      'password',
    ])
  })

  test('keeps what was typed, and no secret of any name', () => {
    const secrets = { password: 'p', confirm: 'c', current: 'u', _csrf: 't' }

    const form = parseForm(Form, { name: 'ada', email: 'e', ...secrets })

    expect(form.view.values).toEqual({ name: 'ada', email: 'e' })
  })

  test('keeps no value that is not a text', () => {
    expect(parseForm(Form, { name: ['a'], age: 5 }).view.values).toEqual({})
  })
})

describe('rejectForm', () => {
  test('says what is wrong after all, beside what was typed', () => {
    const form = parseForm(Form, { name: 'ada', password: 'x' })

    const { ok, view } = rejectForm(form, 'name', 'username.taken')

    expect(ok).toBe(false)
    expect(view).toEqual({
      values: { name: 'ada' },
      errors: [{ field: 'name', text: 'username.taken' }],
    })
  })
})

describe('blankForm', () => {
  test('begins without errors, with the values it is given', () => {
    expect(blankForm({ name: 'ada' })).toEqual({ values: { name: 'ada' }, errors: [] })
    expect(blankForm().values).toEqual({})
  })
})

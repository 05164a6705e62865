import fc from 'fast-check'
import type { SiteForm } from './forms.ts'

// What has gone wrong elsewhere: names of prototypes, of arrays, of other programs' fields; texts with
// what a database, a header, a template or a terminal reads in a way of its own.
const names = fc.oneof(
  fc.constantFrom('username', 'email', 'password', 'confirm', 'current', 'next', '_csrf', ''),
  fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length'),
  fc.constantFrom(
    'username[]',
    'username[k]',
    'password[$ne]',
    '__proto__[isActive]',
    'a.b',
    '_method',
  ),
  fc.string({ unit: 'binary', maxLength: 20 }),
)

/** Values of a field, right and odd. */
export const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom(
    '\0',
    '\ud800',
    '\ufffe',
    '\u202e',
    '\u2028',
    '\ufdfa'.repeat(254),
    'ß'.repeat(33),
  ),
  fc.constantFrom(
    'a'.repeat(255),
    'a@b.example',
    `${'x'.repeat(64)}@example.org`,
    '１２',
    '0',
    'true',
  ),
  fc.constantFrom(
    '/dashboard',
    '//evil.example',
    'ada',
    'bob@example.org',
    'on',
    '[]',
    '{}',
    'null',
  ),
)

/** The form's own fields, and others, with any values. */
export const fieldsOf = (form: SiteForm) =>
  fc.tuple(
    fc.array(fc.tuple(names, values), { maxLength: 6 }),
    fc.record(Object.fromEntries(form.fields.map((name) => [name, values])), { requiredKeys: [] }),
  )

/** Bodies of any bytes, and of the letters that a form is taken apart by. */
export const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((all) => [...all].map(escapeByte).join('')),
  fc.string({
    unit: fc.constantFrom('%', '&', '=', '+', ';', '[', ']', '0', 'f', 'a'),
    maxLength: 60,
  }),
)

// Two of three as they are where a URL or a form may hold them, the others in percent.
function escapeByte(byte: number): string {
  const letter = String.fromCharCode(byte)
  return /[\w=&+.-]/.test(letter) ? letter : `%${byte.toString(16).padStart(2, '0')}`
}

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

// Biome cannot read templates. A branch that no test renders is an attack's way in all the same.

const VIEWS = fileURLToPath(new URL('../views', import.meta.url))
const views = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.njk'))
  .map((path) => ({ path, text: readFileSync(join(VIEWS, path), 'utf8') }))

test('no view switches escaping off', () => {
  const off = /\|\s*safe\b|\bautoescape\b|\{%-?\s*(raw|verbatim)\b/

  expect(views.length).toBeGreaterThan(20)
  expect(views.filter(({ text }) => off.test(text)).map(({ path }) => path)).toEqual([])
})

test('every form that posts has a token', () => {
  const forms = views.flatMap(({ path, text }) =>
    [...text.matchAll(/<form\b[^>]*method="post"[\s\S]*?<\/form>/g)].map(([form]) => ({
      path,
      form,
    })),
  )

  expect(forms.length).toBeGreaterThan(10)
  expect(forms.filter(({ form }) => !form.includes('csrf()')).map(({ path }) => path)).toEqual([])
})

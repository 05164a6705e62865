import { execFile, execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { minutes } from '../../src/durations.ts'
import { followRecipe } from './support/recipe.ts'

// The recipes of README and docs/recipes.md in a copy of the project, word for word. What they change is the
// same on every engine.

const ROOT = join(import.meta.dirname, '../..')
const copy = mkdtempSync(join(tmpdir(), 'express-login-'))
const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
const recipes = readFileSync(join(ROOT, 'docs/recipes.md'), 'utf8').split(/^## /m).slice(1)
const sectionOf = (title: string) => readme.split(/^#+ /m).find((part) => part.startsWith(title))

const LEFT_BEHIND = /^(node_modules|\.git|\.mirror|dist|data)(\/|$)/
const CONCERNED = [
  'database/models',
  'hostile/any-form',
  'http/csrf-forms-again',
  'http/errors',
  'layout',
  'page-access',
  'pages/account',
  'pages/account/export',
  'pages/home',
  'pages/login',
  'pages/recipes',
  'pages/tasks',
  'operator/user-commands',
  'statements',
  'views',
  'words/catalogue',
  'words/pseudo-language',
].map((name) => `tests/${name}.test.ts`)

/** What a visitor does with the new page and the new field. */
const PAGES_TEST = `
import { afterAll, expect, test } from 'vitest'
import { openTestApp } from '../support/app.ts'
import { register } from '../support/users.ts'

const site = await openTestApp()
afterAll(site.close)

test('the new page takes an idea', async () => {
  const { browser } = await register(site)
  expect((await browser.submit('/ideas', { idea: ' ' })).status).toBe(422)
  const page = await browser.follow(await browser.submit('/ideas', { idea: 'buy tea' }))
  expect(page.text).toContain('Noted: buy tea')
})

test('the new field is kept and shown', async () => {
  const { browser } = await register(site)
  expect((await browser.submit('/account', { phone: '1'.repeat(21) })).status).toBe(422)
  expect((await browser.submit('/account', { phone: '0043 1' })).status).toBe(303)
  expect((await browser.visit('/account')).text).toContain('value="0043 1"')
})
`

const CONFIG = `
import config from './vitest.config.ts'

export default { ...config, test: { ...config.test, globalSetup: ['tests/support/template-database.ts'] } }
`

// No server answers there.
const NO_SERVER = { TEST_DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }

async function run(program: string, words: string[] = [], more: Record<string, string> = {}) {
  const { TEST_DATABASE_URL: _, ...env } = { ...process.env }
  const path = join(copy, 'node_modules', program)
  const place = { cwd: copy, env: { ...env, ...more } }
  return promisify(execFile)(process.execPath, [path, ...words], place).then(
    () => '',
    ({ stdout, stderr }) => `${stdout}${stderr}`,
  )
}

describe.runIf(inject('template').engine === 'sqlite')('a copy of the project', () => {
  beforeAll(() => {
    const filter = (path: string) => !LEFT_BEHIND.test(relative(ROOT, path))
    cpSync(ROOT, copy, { recursive: true, filter })
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
    execFileSync('git', ['init', '--quiet'], { cwd: copy })
  })
  afterAll(() => rmSync(copy, { recursive: true }))

  test(
    'has a new page, field, resource, colour and name, is rid of the example, the import and a language, and is green',
    async () => {
      for (const recipe of recipes) followRecipe(recipe, copy)
      // Those of the README write one language only, which the last one has left.
      followRecipe(sectionOf('Add a page'), copy)
      followRecipe(sectionOf('Add a field to the user'), copy)
      const [, name = ''] = /`npm run migration -- (\w+)`/.exec(readme) ?? []
      writeFileSync(join(copy, 'tests/pages/recipes.test.ts'), PAGES_TEST)
      writeFileSync(join(copy, 'tests/recipes.config.ts'), CONFIG)

      expect(await run('../prisma/generate.mjs')).toBe('')
      const migration = ['prisma/make-migration.ts', name]
      expect(await run('tsx/dist/cli.mjs', migration, NO_SERVER)).toBe('')
      expect(await run('typescript/bin/tsc', ['-p', '.'])).toBe('')
      const lint = ['check', '--vcs-enabled=false', 'src/pages', 'src/mail', 'src/tasks']
      expect(await run('@biomejs/biome/bin/biome', lint)).toBe('')
      const vitest = ['run', '--config', 'tests/recipes.config.ts', '--reporter=dot', ...CONCERNED]
      expect(await run('vitest/vitest.mjs', vitest)).toBe('')
    },
    minutes(10),
  )
})

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
afterAll(() => rmSync(folder, { recursive: true }))

const git = (...words: string[]) => spawnSync('git', words, { cwd: folder, encoding: 'utf8' })
const hasGit = git('init').status === 0
copyFileSync(join(ROOT, '.gitignore'), join(folder, '.gitignore'))

const isIgnored = (name: string) => git('check-ignore', '-q', name).status === 0

describe.skipIf(!hasGit)('git', () => {
  test.each([
    'backup.db',
    'backup.db-wal',
    'copy/of/app.db',
    'app.sqlite3',
    'app.sqlite',
    'users.csv',
    'users.json',
    'backup.sql',
    'backup.sql.gz',
    'app.dump',
    'node_modules',
    'backups/anything',
    'data/anything',
    '.env',
    '.env.production',
    '.env.bak',
    'server.log',
  ])('ignores %s', (name) => {
    expect(isIgnored(name)).toBe(true)
  })

  test.each([
    '.env.example',
    'package.json',
    'prisma/migrations/sqlite/1_initial/migration.sql',
    'tests/accounts/vectors/django.json',
  ])('keeps %s', (name) => {
    expect(isIgnored(name)).toBe(false)
  })
})

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
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

/** The files that the commands of the documentation read or write: users, hashes and backups. */
function findNames(): string[] {
  const text = readFileSync(join(ROOT, 'docs/operating.md'), 'utf8').replaceAll('$(date +%F)', '1')
  return [...text.matchAll(/[\w./-]+\.(?:db|csv|json|dump|sql)\b/g)].map(([name]) => name)
}

describe.skipIf(!hasGit)('git', () => {
  test('ignores every file that the documentation has an operator make', () => {
    const names = findNames()

    expect(names.length).toBeGreaterThan(3)
    expect(names.filter((name) => !isIgnored(name))).toEqual([])
  })

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

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const BINARY = 'node_modules/better-sqlite3/build/Release/better_sqlite3.node'
const { findUnsafeBinary } = await import(join(ROOT, 'scripts/sqlite-binary.mjs'))

test('the better-sqlite3 that is installed aborts no server', () => {
  expect(findUnsafeBinary(ROOT)).toBe(null)
})

test('a build says how to mend a better-sqlite3 that was compiled against newer headers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(dirname(join(folder, BINARY)), { recursive: true })
  writeFileSync(join(folder, BINARY), '\0_ZN4node28RemoveEnvironmentCleanupHookE\0')

  expect(findUnsafeBinary(folder)).toMatch(/Run: npm_config_target=\S+ npm rebuild better-sqlite3$/)
})

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { openPlace } from './support/server.ts'

const place = await openPlace()
const elsewhere = mkdtempSync(join(tmpdir(), 'elsewhere-'))
afterAll(async () => {
  await place.leave()
  rmSync(elsewhere, { recursive: true })
})

describe('a program that is started in another folder', () => {
  test('keeps its database and its secret in its own folder, and makes nothing there', async () => {
    const DATABASE_URL = 'file:./data/app.db'

    const server = await place.start({ DATABASE_URL }, { cwd: elsewhere })

    expect(server.lines).toContain('Database: SQLite, ./data/app.db')
    expect(readdirSync(elsewhere)).toEqual([])
    expect(existsSync(join(place.folder, 'data/app.db'))).toBe(true)
    expect(existsSync(join(place.folder, 'data/session-secret'))).toBe(true)
  })

  test('reads the .env of its own folder, and no other', async () => {
    const foreign = join(elsewhere, 'with-env')
    mkdirSync(foreign)
    writeFileSync(join(foreign, '.env'), 'PORT=foreign\n')
    writeFileSync(join(place.folder, '.env'), 'LOG_LEVEL=own\n')

    const { stderr } = await place.fail({ PORT: '' }, { cwd: foreign })

    expect(stderr).toMatch(/^LOG_LEVEL must be one of [^\n]+\n$/)
  })
})

import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openDatabase } from '../../../src/database/database.ts'
import { rowsOf, TABLE_NAMES } from '../../../src/database/rows.ts'
import { runOnServer, testServer, urlOfDatabase } from '../../support/template-database.ts'

/** A folder for the length of one test. */
export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** An empty database on the PostgreSQL of the tests, for the length of one test. */
export async function makePostgresql(): Promise<string> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await runOnServer(testServer, `CREATE DATABASE ${name}`)
  onTestFinished(() => runOnServer(testServer, `DROP DATABASE ${name} WITH (FORCE)`))
  return urlOfDatabase(testServer, name)
}

/** Every row of every table, as text in an order that is the same on both engines. */
export async function readAll(url: string): Promise<Record<string, string[]>> {
  const database = await openDatabase(url)
  const all: Record<string, string[]> = {}
  for (const name of TABLE_NAMES) {
    const rows = await rowsOf(database, name).findMany({})
    all[name] = rows.map((row) => JSON.stringify(row)).sort()
  }
  await database.close()
  return all
}

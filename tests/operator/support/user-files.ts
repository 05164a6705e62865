import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

type Vector = { call: string; name: string; password: string; hash: string }

/** Hashes made by other programs, from a file beside the tests. */
export function readVectors(path: string): Vector[] {
  const file = new URL(`../../${path}`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8')).vectors
}

/** Hashes made by Werkzeug itself, one of each kind, all of one password. */
export const WERKZEUG = readVectors('accounts/vectors/werkzeug.json').filter(
  ({ name }) => name === 'ascii',
)

const [{ hash: HASH = '' } = {}] = WERKZEUG.slice(1)

let count = 0

/** A row of a Flask table that can come over; say only what matters to the test. */
export function flaskRow(changes: Record<string, unknown> = {}) {
  const id = `${++count}`
  return {
    id,
    username: `flask${id}`,
    email: `flask${id}@example.org`,
    name: 'Ada Lovelace',
    password_hash: HASH,
    ...changes,
  }
}

/** Writes a file for the length of one test. */
export function writeUserFile(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** The path of a JSON file of the rows. */
export function writeRows(...rows: object[]): string {
  return writeUserFile('users.json', JSON.stringify(rows))
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

type Vector = { call: string; name: string; password: string; hash: string }

const { vectors } = JSON.parse(
  readFileSync(new URL('../../accounts/vectors/werkzeug.json', import.meta.url), 'utf8'),
) as { vectors: Vector[] }

/** Hashes made by Werkzeug itself, one of each kind, all of one password. */
export const WERKZEUG = vectors.filter(({ name }) => name === 'ascii')

const [{ hash: HASH = '' } = {}] = WERKZEUG.slice(1)

let count = 0

/** A row of a Flask table that is in order; say only what matters to the test. */
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

/** Takes the name of a file and what is in it; writes it for the length of one test, and returns its path. */
export function writeUserFile(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Takes rows; returns the path of a JSON file of them. */
export function writeRows(...rows: object[]): string {
  return writeUserFile('users.json', JSON.stringify(rows))
}

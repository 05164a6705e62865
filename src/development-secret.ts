import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Takes a path; returns the secret kept there, made at the first start and readable by its owner only. For development: production is given its own. */
export function keepDevelopmentSecret(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeNew(path, randomBytes(32).toString('hex'))
  return readFileSync(path, 'utf8').trim()
}

// Of two processes that start together, the first to create the file decides for both.
function writeNew(path: string, secret: string): void {
  try {
    writeFileSync(path, secret, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
}

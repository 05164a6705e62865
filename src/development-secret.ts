import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Settings } from './settings.ts'

const DEVELOPMENT_SECRET = 'data/session-secret'

/** Takes the settings; returns them with the secret of development where they name none. Production names one. */
export function withSecret(settings: Settings): Settings {
  if (settings.secrets.length > 0) return settings
  return { ...settings, secrets: [keepDevelopmentSecret(DEVELOPMENT_SECRET)] }
}

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

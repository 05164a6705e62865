import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Settings } from './settings.ts'

const DEVELOPMENT_SECRET = 'data/session-secret'

/** Takes the settings; returns them with the secret of development where they name none. Production names one. */
export function withSecret(settings: Settings): Settings {
  if (settings.secrets.length > 0) return settings
  return { ...settings, secrets: [keepDevelopmentSecret(DEVELOPMENT_SECRET)] }
}

// Made at the first start, and readable by its owner only.
function keepDevelopmentSecret(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeNew(path, randomBytes(32).toString('hex'))
  const secret = readFileSync(path, 'utf8').trim()
  // Signed with nothing, whatever anybody makes up would be believed.
  if (secret.length < 32) throw new Error(`${path} holds no secret. Delete it: another is made`)
  return secret
}

// Written elsewhere first, as a full disk would leave half of it; and of two processes that start
// together, the first to put it in its place decides for both.
function writeNew(path: string, secret: string): void {
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, secret, { mode: 0o600 })
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
}

import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { resolveInProject } from '../project.ts'
import type { Settings } from './settings.ts'

const NAME = 'data/session-secret'

/** Development makes and keeps a secret where none is set. Production requires one. */
export function withSecret(settings: Settings): Settings {
  if (settings.secrets.length > 0) return settings
  return { ...settings, secrets: [keepDevelopmentSecret(resolveInProject(NAME))] }
}

function keepDevelopmentSecret(path: string): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (!existsSync(path)) writeNew(path, randomBytes(32).toString('hex'))
  const secret = readFileSync(path, 'utf8').trim()
  // With an empty or short key, anyone could sign cookies.
  if (secret.length < 32) {
    throw new Error(`${NAME} holds no usable secret. Delete it: the next start makes a new one`)
  }
  return secret
}

// A draft first: a full disk would leave half a secret. Linked, because of two processes that start
// together the first must decide for both.
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

import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test, vi } from 'vitest'
import packageJson from '../../package.json' with { type: 'json' }
import { minutes, seconds } from '../../src/durations.ts'
import { openPlace } from './support/server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = [
  'dist',
  'prisma',
  'public',
  'scripts',
  'src',
  'views',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
]
const COMMAND = ['npm', 'start']

const place = await openPlace()
const cwd = mkdtempSync(join(tmpdir(), 'express-login-'))
copyProgram()
afterAll(async () => {
  await place.leave()
  rmSync(cwd, { recursive: true })
})

vi.setConfig({ testTimeout: minutes(1) })

/** The program as `npm ci && npm run build && npm prune --omit=dev` leaves it. */
function copyProgram(): void {
  for (const name of COPIED) cpSync(join(ROOT, name), join(cwd, name), { recursive: true })
  for (const name of Object.keys(packageJson.dependencies)) {
    mkdirSync(dirname(join(cwd, 'node_modules', name)), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name))
  }
}

describe('npm start without the development dependencies', () => {
  test('starts what is built, and hands SIGTERM on to it', async () => {
    const server = await place.start({}, { command: COMMAND, cwd })
    const visit = () => server.browse().visit('/healthz')
    const { status } = await visit()

    const ended = await server.end('SIGTERM')

    expect(status).toBe(200)
    expect(ended).toEqual({ code: 0, signal: null })
    await vi.waitFor(() => expect(visit()).rejects.toThrow('ECONNREFUSED'), seconds(5))
  })

  test('says in one line what to do where the sources have changed since', async () => {
    writeFileSync(join(cwd, 'src/new.ts'), '')

    const { code, stderr } = await place.fail({}, { command: COMMAND, cwd })

    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^dist\/ was not made from these sources, [^\n]+ Run: npm ci --include=dev && [^\n]+\n$/,
    )
  })
})

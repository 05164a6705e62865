import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import packageJson from '../../../package.json' with { type: 'json' }
import { CHANGES, NEITHER, readAccount, readTrace } from '../../accounts/support/changes.ts'
import { openTestApp, QUICK, type TestApp } from '../../support/app.ts'
import { Browser } from '../../support/browser.ts'

const SOURCE = fileURLToPath(new URL('support/die-in-change.ts', import.meta.url))
// Beside the built server, where the program finds its views and words.
const PROGRAM = join(inject('program'), 'dist/die-in-change.js')

const REQUIRE =
  "import { createRequire as from } from 'node:module';const require = from(import.meta.url)"

// Once: each process would spend seconds on compiling all sources again.
beforeAll(() =>
  build({
    entryPoints: [SOURCE],
    outfile: PROGRAM,
    bundle: true,
    // As the server is: packages that are read file by file would take most of the time.
    external: [...Object.keys(packageJson.dependencies), 'pg-native'],
    banner: { js: REQUIRE },
    platform: 'node',
    format: 'esm',
  }),
)

/** Serves a database from a process of its own, which can be told to die at the next mail that it writes. */
async function serveFromProcess({ database, clock, services }: TestApp) {
  const words = [database.url, JSON.stringify(QUICK), clock.now().toISOString()]
  const child = spawn(process.execPath, [PROGRAM, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const died = once(child, 'exit').then(([, signal]) => signal)
  const lines = createInterface(child.stdout)
  const [port] = await once(lines, 'line')
  const tell = async (word: string) => {
    child.stdin.write(`${word}\n`)
    await once(lines, 'line')
  }
  return {
    browse: () => new Browser(`http://127.0.0.1:${port}`, clock.now),
    services: { ...services, doJob: () => tell('do jobs') },
    async dieIn(act: () => Promise<unknown>) {
      await tell('arm')
      // Its answer never comes.
      act().catch(() => null)
      return died
    },
  }
}

describe('a process that is killed between a change and its mail', () => {
  test.each(CHANGES)('has left $name undone, and neither event nor mail', async (change) => {
    const site = await openTestApp()
    onTestFinished(site.close)
    const { dieIn, ...served } = await serveFromProcess(site)
    const { username, act } = await change.prepare({ ...site, ...served })
    const before = await readAccount(site.database, username)

    expect(await dieIn(act)).toBe('SIGKILL')

    expect(await readTrace(site.database, username, change, before)).toEqual(NEITHER)
  })
})

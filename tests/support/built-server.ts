import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const BUILD = fileURLToPath(new URL('../../scripts/build.mjs', import.meta.url))

/** Compiles what `npm start` starts, before the first test: files that did so themselves would read each other's half-written ones. */
export async function setup(): Promise<void> {
  const compiler = spawn(process.execPath, [BUILD, '--if-stale'], { stdio: 'inherit' })
  const [code] = await once(compiler, 'close')
  if (code !== 0) throw new Error('The server does not compile')
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Compiles what `npm start` starts, once for a whole run: two files that did so at once would read half-written ones. */
export async function setup(): Promise<void> {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  const compiler = spawn('npx', ['--no-install', 'tsc', '-p', 'src'], { cwd, stdio: 'inherit' })
  const [code] = await once(compiler, 'close')
  if (code !== 0) throw new Error('The server does not compile')
}

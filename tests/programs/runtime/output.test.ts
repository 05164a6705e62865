import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

// Says on standard error that it still does other work after a line was refused, and ends on SIGTERM.
const SCRIPT = `
  import { createLog } from '../src/runtime/log.ts'
  const log = createLog('info')
  const logging = setInterval(() => log.info('a line'), 5)
  let turns = 0
  const working = setInterval(() => {
    if (++turns === 20) process.stderr.write('working')
  }, 5)
  process.once('SIGTERM', () => {
    clearInterval(logging)
    clearInterval(working)
    log.info('the last line')
  })
`

function start(stdout: number | 'pipe') {
  const words = ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT]
  const child = spawn(process.execPath, words, { cwd: ROOT, stdio: ['ignore', stdout, 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

async function workThenEnd(child: ReturnType<typeof start>) {
  if (child.stderr) await once(child.stderr, 'data')
  child.kill('SIGTERM')
  const [code, signal] = await once(child, 'exit')
  return { code, signal }
}

describe('the log on standard output', () => {
  test.skipIf(!existsSync('/dev/full'))('is gone without on a full disk', async () => {
    const child = start(openSync('/dev/full', 'w'))

    expect(await workThenEnd(child)).toEqual({ code: 0, signal: null })
  })

  test('is gone without when its reader has gone', async () => {
    const child = start('pipe')
    child.stdout?.destroy()

    expect(await workThenEnd(child)).toEqual({ code: 0, signal: null })
  })

  test('is whole, to the last line', async () => {
    const child = start('pipe')
    const said = child.stdout ? text(child.stdout) : Promise.resolve('')

    await workThenEnd(child)

    const lines = (await said).trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ msg: 'the last line' })
    expect(lines.length).toBeGreaterThan(10)
  })
})

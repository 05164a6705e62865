import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const SCRIPT = `
  import { exitOnUncaught } from '../src/runtime/failure.ts'
  import { createLog } from '../src/runtime/log.ts'
  const log = createLog('info')
  exitOnUncaught(log)
  log.info('the last word before')
  Promise.reject(new Error('Invalid call:\\n{ passwordHash: "secret" }\\nno such table'))
  setTimeout(() => {}, 60_000)
`

test('an uncaught error ends the process with 1, and with a line in the log that quotes nothing', async () => {
  const words = ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT]
  const child = spawn(process.execPath, words, { cwd: ROOT })
  const [said, trace, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])

  expect([code, trace]).toEqual([1, ''])
  const [before, line] = said
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text))
  expect(before).toMatchObject({ msg: 'the last word before' })
  expect(line).toMatchObject({
    level: 60,
    event: 'sys_crash',
    err: { message: 'no such table' },
  })
  expect(said).not.toContain('secret')
})

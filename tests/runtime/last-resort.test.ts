import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

const SCRIPT = `
  import { endOnUncaught } from '../src/runtime/last-resort.ts'
  import { createLog } from '../src/runtime/log.ts'
  endOnUncaught(createLog('info'))
  Promise.reject(new Error('Invalid call:\\n{ passwordHash: "secret" }\\nno such table'))
  setTimeout(() => {}, 60_000)
`

test('what nobody caught ends the process with 1, and one line in the log that quotes nothing', async () => {
  const words = ['--import', 'tsx', '--input-type=module', '--eval', SCRIPT]
  const child = spawn(process.execPath, words, { cwd: ROOT })
  const [said, trace, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ])

  expect([code, trace]).toEqual([1, ''])
  expect(JSON.parse(said)).toMatchObject({
    level: 60,
    event: 'sys_crash',
    err: { message: 'no such table' },
  })
  expect(said).not.toContain('secret')
})

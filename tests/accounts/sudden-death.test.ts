import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { seconds } from '../../src/durations.ts'
import { openTestDatabase } from '../support/database.ts'
import { CHANGES, NEITHER, readTrace } from './support/changes.ts'

const PROGRAM = fileURLToPath(new URL('support/die-in-change.ts', import.meta.url))

async function dieIn(name: string, url: string) {
  const words = ['--import', import.meta.resolve('tsx'), PROGRAM, url, name]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] })
  const died = new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
  const said = await text(child.stdout)
  return { signal: await died, ...JSON.parse(said) }
}

describe('a process that is killed between a change and its mail', () => {
  test.each(CHANGES)(
    'has left $name undone, and neither event nor mail',
    { timeout: seconds(60) },
    async (change) => {
      const database = await openTestDatabase()
      onTestFinished(database.close)

      const { signal, username, before } = await dieIn(change.name, database.url)
      const trace = await readTrace(database, username, change, before)

      expect(signal).toBe('SIGKILL')
      expect(trace).toEqual(NEITHER)
    },
  )
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { changeTogether } from '../../../src/database/change-together.ts'
import { openTestDatabase } from '../../support/database.ts'
import { userRow } from '../../support/rows.ts'
import { runCommand } from './support/run-command.ts'

const database = await openTestDatabase()
afterAll(database.close)

const env = { DATABASE_URL: database.url, BCRYPT_COST: '4' }

await changeTogether(database, (tables) =>
  tables.user.createMany({ data: Array.from({ length: 1200 }, () => userRow()) }),
)

describe('npm run user -- list --json', () => {
  test('prints one array, formatted as JSON.stringify would', async () => {
    const run = await runCommand('user.js', ['list', '--json'], env)

    expect(run).toMatchObject({ exitCode: 0, stderr: '' })
    expect(run.stdout).toBe(`${JSON.stringify(JSON.parse(run.stdout), null, 2)}\n`)
    expect(JSON.parse(run.stdout)).toHaveLength(1200)
  })

  test('prints an empty array where there is no user', async () => {
    const empty = await openTestDatabase()
    onTestFinished(empty.close)

    const run = await runCommand('user.js', ['list', '--json'], {
      DATABASE_URL: empty.url,
    })

    expect(run).toEqual({ exitCode: 0, stdout: '[]\n', stderr: '' })
  })

  test('ends quietly when its reader hangs up, as head does', async () => {
    const cwd = inject('program')
    const child = spawn(process.execPath, [join(cwd, 'dist/operator/user.js'), 'list', '--json'], {
      cwd,
      env,
    })
    child.stdout.once('data', () => child.stdout.destroy())
    const ended = once(child, 'close')

    expect(await text(child.stderr)).toBe('')
    expect(await ended).toEqual([0, null])
  })
})

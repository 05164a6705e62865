import { afterAll, describe, expect, test } from 'vitest'
import { createLog } from '../../src/runtime/log.ts'
import { openTestDatabase } from '../support/database.ts'

const database = await openTestDatabase()
afterAll(database.close)

/** Logs an error; gives the line. */
function logError(error: unknown) {
  const lines: string[] = []
  createLog('info', { write: (line) => void lines.push(line) }).error({ err: error }, 'it failed')
  return JSON.parse(lines.join('')) as { time: string; msg: string; err: Record<string, string> }
}

const SECRETS = { passwordHash: 'a secret hash', username: 'ada' }

describe('the log', () => {
  test('keeps no argument of a call that Prisma refused, as its message quotes them', async () => {
    const create = database.user.create({ data: SECRETS as never })
    const error: Error = await create.catch((failure) => failure)

    const line = logError(error)

    expect(error.message).toContain(SECRETS.passwordHash)
    expect(JSON.stringify(line)).not.toContain(SECRETS.passwordHash)
    expect(line.err.message).toContain('Argument')
  })

  test('says where an error came from, and its code', () => {
    const { err, msg, time } = logError(
      Object.assign(new Error('no such file'), { code: 'ENOENT' }),
    )

    expect(msg).toBe('it failed')
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    expect(err).toMatchObject({ type: 'Error', code: 'ENOENT', message: 'no such file' })
    expect(err.stack).toContain('log.test.ts')
  })

  test('logs only the type of a thrown value that is no Error', () => {
    expect(logError('a secret').err).toEqual({ type: 'string' })
  })

  test('leaves out what is below its level', () => {
    const lines: string[] = []
    const log = createLog('warn', { write: (line) => void lines.push(line) })

    log.info('quiet')
    log.warn('loud')

    expect(lines).toHaveLength(1)
  })

  test('keeps one event on one line, whatever was typed', () => {
    const lines: string[] = []
    const path = '/a\r\n{"level":30,"msg":"forged"}\u001b[31m\u0000\u2028'

    createLog('info', { write: (line) => void lines.push(line) }).info({ path }, 'answered')

    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^[^\p{Cc}]+\n$/u)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path, msg: 'answered' })
  })

  test.each(['\u007f', '\u0085', '\u2028', '\u202e', 'é'])('writes %j in ASCII', (letter) => {
    const lines: string[] = []

    createLog('info', { write: (line) => void lines.push(line) }).info({ path: letter }, 'answered')

    expect(lines[0]).toMatch(/^[ -~]+\n$/)
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ path: letter })
  })

  test('treats nothing typed as a format', () => {
    const lines: string[] = []
    const path = '/%s%o%j%c'

    createLog('info', { write: (line) => void lines.push(line) }).info({ path }, path)

    expect(JSON.parse(lines.join(''))).toMatchObject({ path, msg: path })
  })
})

import { PassThrough, Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { askPassword } from '../../src/operator/ask-password.ts'

const QUESTIONS = 'Password: \nPassword again: \n'

async function askAtTerminal(typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  const output = new PassThrough()
  const asked = askPassword({ input, output })
  input.end(typed)
  const answer = await asked
  output.end()
  return { answer, shown: await text(output) }
}

const askPipe = (...bytes: Buffer[]) =>
  askPassword({ input: Readable.from(bytes), output: new PassThrough() })

describe('askPassword at a terminal', () => {
  test('shows nothing of what is typed', async () => {
    const { answer, shown } = await askAtTerminal('  kept as it is \r  kept as it is \r')

    expect(answer).toEqual({ ok: true, password: '  kept as it is ' })
    expect(shown).toBe(QUESTIONS)
  })

  test('refuses two that differ', async () => {
    const { answer } = await askAtTerminal('correct horse\rcorrect house\r')

    expect(answer).toEqual({ ok: false, problem: 'The two passwords are not the same.' })
  })

  test.each([
    ['Ctrl+C', '\u0003'],
    ['Ctrl+C at the second question', 'correct horse\r\u0003'],
    ['the end of the input', ''],
  ])('ends at %s', async (_kind, typed) => {
    const { answer } = await askAtTerminal(typed)

    expect(answer).toEqual({ ok: false, problem: 'Nothing was entered.' })
  })
})

describe('askPassword where there is no terminal', () => {
  test.each([
    ['one newline', '\n', ''],
    ["Windows's newline", '\r\n', ''],
    ['no newline', '', ''],
    ['only the last of two', '\n\n', '\n'],
    ['no space', ' ', ' '],
  ])('takes off %s at the end', async (_kind, end, left) => {
    const answer = await askPipe(Buffer.from(` pass é${end}`))

    expect(answer).toEqual({ ok: true, password: ` pass é${left}` })
  })

  test('reads a letter that comes in two parts', async () => {
    const bytes = Buffer.from('é')

    expect(await askPipe(bytes.subarray(0, 1), bytes.subarray(1))).toEqual({
      ok: true,
      password: 'é',
    })
  })

  test('refuses what is no UTF-8, instead of hashing something else', async () => {
    const answer = await askPipe(Buffer.from([0x63, 0xe9]))

    expect(answer).toMatchObject({ ok: false })
  })
})

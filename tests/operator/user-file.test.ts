import { describe, expect, test } from 'vitest'
import { readUserFile } from '../../src/operator/user-file.ts'
import { writeRows, writeUserFile } from './support/user-files.ts'

const HEADER = 'id,username,email,name,password_hash'
const READ = { id: '1', username: 'ada', email: 'ada@example.org', name: 'Ada', passwordHash: 'h' }

const REQUIRED = ['id', 'username', 'email', 'passwordHash'] as const

const read = (path: string) => readUserFile(path, REQUIRED)
const readCsv = (content: string | Uint8Array) => read(writeUserFile('a.csv', content))

describe('readUserFile of a .csv', () => {
  test.each([
    ['as it is described', HEADER],
    ['in the order of the columns', 'ID,User Name,E-Mail,Full Name,Password'],
    ['in camel case', 'userId,userName,emailAddress,displayName,passwordHash'],
    ['behind a byte order mark', `\uFEFF${HEADER}`],
  ])('knows a header %s', async (_kind, header) => {
    const file = await readCsv(`${header}\r\n1,ada,ada@example.org,Ada,h\r\n`)

    expect(file).toEqual({ ok: true, ignored: [], users: [{ place: 'line 2', fields: READ }] })
  })

  test('reads quoted commas, quotes and letters of any script, and skips empty lines', async () => {
    const file = await readCsv(`${HEADER}\n\n1,ada,ada@example.org,"爱, ""達""",h\n`)

    expect(file).toMatchObject({ users: [{ place: 'line 3', fields: { name: '爱, "達"' } }] })
  })

  test.each([
    ['semicolons', ';', ''],
    ['tabs', '\t', ''],
    ['upright strokes', '|', ''],
    ['what a first line of Excel names', '#', 'sep=#\r\n'],
    ['commas, and a first line of Excel', ',', '\uFEFFSEP=,\n'],
  ])('reads columns separated by %s', async (_kind, separator, before) => {
    const lines = [HEADER, '1,ada,ada@example.org,Ada,h'].join('\n').replaceAll(',', separator)

    const file = await readCsv(`${before}${lines}\n`)

    const place = before ? 'line 3' : 'line 2'
    expect(file).toEqual({ ok: true, ignored: [], users: [{ place, fields: READ }] })
  })

  test('takes no separator from inside quotes', async () => {
    const file = await readCsv(`${HEADER},"a;b;c;d;e;f;g"\n1,ada,ada@example.org,Ada,h,\n`)

    expect(file).toMatchObject({ ok: true, ignored: ['a;b;c;d;e;f;g'] })
  })

  test('counts lines by any line end, also inside quotes', async () => {
    const row = (name: string) => `1,ada,ada@example.org,${name},h`

    const file = await readCsv(`${HEADER}\r\n${row('Ada')}\r${row('"A\r\nda"')}\n\r\n${row('Ada')}`)

    const places = file.ok && file.users.map(({ place }) => place)
    expect(places).toEqual(['line 2', 'line 4', 'line 6'])
  })

  test('names the columns that mean nothing here', async () => {
    const file = await readCsv(`${HEADER},is_admin\n1,ada,ada@example.org,Ada,h,1\n`)

    expect(file).toEqual({
      ok: true,
      ignored: ['is_admin'],
      users: [{ place: 'line 2', fields: READ }],
    })
  })

  test.each([
    ['short', '1,ada', 'it has 2 fields instead of 5'],
    ['long', '1,ada,b,c,d,e', 'it has 6 fields instead of 5'],
  ])('tells of a line that is too %s, and goes on', async (_kind, line, problem) => {
    const file = await readCsv(`${HEADER}\n${line}\n1,ada,ada@example.org,Ada,h\n`)

    expect(file).toMatchObject({ users: [{ place: 'line 2', problem }, { fields: READ }] })
  })

  test.each([
    ['nothing', '', 'The file is empty.'],
    ['no header', '1,ada,a@b.org,Ada,h\n', 'In the first line there is no id, no username'],
    ['a column missing', 'id,username,email\n', 'In the first line there is no password_hash.'],
    [
      'a column twice',
      'id,username,email,password,passwordHash\n',
      'In the first line there is more than one password_hash.',
    ],
    ['one column', 'id:username:email:password\n', 'Separate columns by commas, semicolons, tabs'],
    ['an open quote', `${HEADER}\n1,"ada`, 'The file is no CSV: quote not closed, line 2.'],
  ])('refuses a file with %s', async (_kind, text, problem) => {
    const file = await readCsv(text)

    expect(file).toEqual({ ok: false, problem: expect.stringContaining(problem) })
  })

  test('quotes no line that may hold a password hash', async () => {
    const file = await readCsv(`${HEADER}\n1,ada,a@b.org,Ada,sec"ret\n`)

    expect(JSON.stringify(file)).toContain('The file is no CSV')
    expect(JSON.stringify(file)).not.toContain('sec')
  })

  test.each([
    ['UTF-16', Buffer.from(`\uFEFF${HEADER}`, 'utf16le')],
    ['Latin-1', Buffer.from(`${HEADER}\n1,ada,a@b.org,Adé,h`, 'latin1')],
  ])('refuses %s', async (_encoding, bytes) => {
    const file = await readCsv(bytes)

    expect(file).toMatchObject({ problem: expect.stringContaining('not in UTF-8') })
  })

  test('says that a file is not there', async () => {
    const file = await read('/nowhere/users.csv')

    expect(file).toEqual({ ok: false, problem: 'The file cannot be read (ENOENT).' })
  })
})

describe('readUserFile of a .json', () => {
  test('reads an array of objects, and a number as an id', async () => {
    const { passwordHash: password, ...rest } = READ

    const file = await read(writeRows({ ...rest, id: 1, password, is_admin: true }))

    expect(file).toEqual({
      ok: true,
      ignored: ['is_admin'],
      users: [{ place: 'entry 1', fields: READ }],
    })
  })

  test('reads one behind a byte order mark', async () => {
    const file = await read(writeUserFile('a.JSON', '\uFEFF[]'))

    expect(file).toEqual({ ok: true, users: [], ignored: [] })
  })

  test('tells of an entry without its fields, and goes on', async () => {
    const file = await read(writeRows({ id: 1 }, {}))

    expect(file).toMatchObject({
      users: [
        { place: 'entry 1', problem: 'there is no username, no email, no password_hash' },
        { place: 'entry 2' },
      ],
    })
  })

  test.each(['{', '{}', '[1]', '[[]]', 'null'])('refuses %s', async (text) => {
    const file = await read(writeUserFile('a.json', text))

    expect(file).toEqual({ ok: false, problem: 'The file is no JSON array of objects.' })
  })
})

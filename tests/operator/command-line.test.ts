import { describe, expect, test } from 'vitest'
import { readCommand } from '../../src/operator/command-line.ts'
import { DB } from '../../src/operator/db-commands.ts'
import { USER } from '../../src/operator/user-commands.ts'

describe('readCommand', () => {
  test.each([
    [['list', '--json'], { name: 'list', typed: {}, asJson: true }],
    [['--json', 'disable', 'ada'], { name: 'disable', typed: { name: 'ada' }, asJson: true }],
    [['log-out', 'ada'], { name: 'log-out', typed: { name: 'ada' }, asJson: false }],
    [
      ['create', 'ada', '--email', 'ada@example.org'],
      { name: 'create', typed: { username: 'ada', email: 'ada@example.org' }, asJson: false },
    ],
    [['find', 'ad'], { name: 'find', typed: { text: 'ad' }, asJson: false }],
    [
      ['events', 'ada', '--since', '2026-01-31', '--json'],
      { name: 'events', typed: { name: 'ada', since: '2026-01-31' }, asJson: true },
    ],
    [
      ['change-email', 'ada', 'ada@example.org'],
      { name: 'change-email', typed: { name: 'ada', email: 'ada@example.org' }, asJson: false },
    ],
    [
      ['erase', '--yes', 'ada'],
      { name: 'erase', typed: { name: 'ada', yes: true }, asJson: false },
    ],
    [['mail-drop', '7'], { name: 'mail-drop', typed: { id: '7' }, asJson: false }],
  ])('reads %j', (words, read) => {
    expect(readCommand(USER.usage, words)).toEqual(read)
  })

  test.each([
    ['nothing', []],
    ['another word', ['remove', 'ada']],
    ['no name', ['disable']],
    ['two names', ['disable', 'ada', 'bob']],
    ['a name to list', ['list', 'ada']],
    ['no email', ['create', 'ada']],
    ['an email where none belongs', ['disable', 'ada', '--email', 'a@b.org']],
    ['a date where none belongs', ['list', '--since', '2026-01-31']],
    ['a yes where none belongs', ['disable', 'ada', '--yes']],
    ['an empty name', ['show', '']],
    ['an empty email', ['create', 'ada', '--email', '']],
    ['a word of every object', ['constructor']],
    ['an option that is none', ['list', '--all']],
    ['a password as an argument', ['create', 'ada', '--email', 'a@b.org', '--password', 'x']],
  ])('makes nothing of %s', (_kind, words) => {
    expect(readCommand(USER.usage, words)).toBeNull()
  })
})

describe.each([
  ['user', USER],
  ['db', DB],
])('the usage of %s', (_program, { usage, commands }) => {
  test('names each command, and only those', () => {
    const named = [...usage.matchAll(/^ {2}([\w-]+)/gm)].map(([, name]) => name)

    expect(named.filter((name) => !name?.startsWith('-')).sort()).toEqual(
      Object.keys(commands).sort(),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { readUserArguments } from '../../src/operator/user-arguments.ts'

describe('readUserArguments', () => {
  test.each([
    [['list', '--json'], { command: { act: 'list' }, asJson: true }],
    [['--json', 'disable', 'ada'], { command: { act: 'disable', name: 'ada' }, asJson: true }],
    [['log-out', 'ada'], { command: { act: 'log-out', name: 'ada' }, asJson: false }],
    [
      ['create', 'ada', '--email', 'ada@example.org'],
      { command: { act: 'create', username: 'ada', email: 'ada@example.org' }, asJson: false },
    ],
    [['find', 'ad'], { command: { act: 'find', text: 'ad' }, asJson: false }],
    [
      ['events', 'ada', '--since', '2026-01-31', '--json'],
      { command: { act: 'events', name: 'ada', since: '2026-01-31' }, asJson: true },
    ],
    [
      ['change-email', 'ada', 'ada@example.org'],
      { command: { act: 'change-email', name: 'ada', email: 'ada@example.org' }, asJson: false },
    ],
    [
      ['erase', '--yes', 'ada'],
      { command: { act: 'erase', name: 'ada', yes: true }, asJson: false },
    ],
    [['mail-drop', '7'], { command: { act: 'mail-drop', id: '7' }, asJson: false }],
  ])('reads %j', (words, read) => {
    expect(readUserArguments(words)).toEqual(read)
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
    expect(readUserArguments(words)).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { readSourceFiles } from './support/source-files.ts'

const files = readSourceFiles()

const whoHas = (pattern: RegExp) =>
  files.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

// What no review should have to look for again. Each stands for an attack that cannot begin without it.
describe('the source', () => {
  test.each([
    ['code that was text', /\beval\(|\bnew Function\(|'node:vm'|\bset(Timeout|Interval)\(\s*['"`]/],
    ['command of the operating system', /'(node:)?child_process'/],
    ['pattern made while it runs', /\bRegExp\(/],
    ['template made while it runs', /\brenderString\b|\bnunjucks\.(compile|Template)\b/],
    ['answer that another site could run as a script', /\bjsonp\b/],
    ['SQL put together from pieces', /RawUnsafe\(/],
    ['request of its own over HTTP', /\bfetch\(|\bhttps?\.(get|request)\(|'node:https'|'undici'/],
    ['TLS that trusts anybody', /rejectUnauthorized|NODE_TLS_REJECT_UNAUTHORIZED/],
    ['random number that can be guessed', /\bMath\.random\b/],
    ['digest but SHA-256', /\bcreate(Hash|Hmac)\((?!'sha256')/],
    ['output beside the log', /\bconsole\./],
  ])('holds no %s', (_what, pattern) => {
    expect(whoHas(pattern)).toEqual([])
  })

  test('decodes a body twice only to see whether it can be read at all', () => {
    expect(whoHas(/\bdecodeURI(Component)?\(|\bunescape\(/)).toEqual(['http/body.ts'])
  })

  test('puts SQL from a constant only where it names columns', () => {
    expect(whoHas(/\bPrisma\.raw\(/)).toEqual(['database/insert-users.ts'])
  })

  test('writes beside the log only at the start and for the operator', () => {
    const writers = whoHas(/\bprocess\.std(out|err)\.write\(/)

    expect(writers.sort()).toEqual(['operator/outcome.ts', 'server.ts'])
  })
})

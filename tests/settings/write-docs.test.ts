import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { renderDocs } from '../../scripts/write-docs.ts'
import { readEnv } from '../../src/settings/environment.ts'
import { VARIABLES } from '../../src/settings/variables.ts'

const NAMES = Object.keys(VARIABLES)
const readFile = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

describe('npm run docs:settings', () => {
  test.each(renderDocs())('would change nothing in $path', ({ path, text }) => {
    expect(readFileSync(path, 'utf8')).toBe(text)
  })

  test('writes each variable with its default into .env.example', () => {
    const listed = [...readFile('.env.example').matchAll(/^# ([A-Z_]+)=(.*)$/gm)]
    const values = Object.fromEntries(listed.map(([, name, value]) => [name, value ?? '']))

    expect(listed.map(([, name]) => name)).toEqual(NAMES)
    expect(readEnv(values)).toEqual(readEnv({}))
  })

  test('writes a row for each variable into the README', () => {
    const rows = [...readFile('README.md').matchAll(/^\| `([A-Z_]+)` \| [^|]+ \| [^|]+ \|$/gm)]

    expect(rows.map(([, name]) => name)).toEqual(NAMES)
  })
})

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { resolveInProject } from '../src/project.ts'

// What no page uses stays behind when a page changes, and every visitor loads it.

const readAll = (folder: string, ending: string) =>
  readdirSync(resolveInProject(folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(resolveInProject(folder), name), 'utf8'))
    .join('\n')

const style = readAll('public', '.css')
const sprite = readAll('public', '.svg')
const views = readAll('views', '.njk')
const users = [views, readAll('public', '.js'), readAll('src', '.ts')].join('\n')

const findAll = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map(([, name]) => name ?? '')),
]

const hasWord = (word: string) => new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(users)

// A view may put a name together, such as flash-{{ flash.category }}.
function isUsed(name: string): boolean {
  const [, start, end = ''] = /^(.*-)(\w+)$/.exec(name) ?? []
  return hasWord(name) || (users.includes(`${start}{{`) && hasWord(end))
}

describe('the style', () => {
  test('has no class that no page uses', () => {
    const classes = findAll(style, /\.([a-z][\w-]*)(?=[^{}]*\{)/g)

    expect(classes.length).toBeGreaterThan(50)
    expect(classes.filter((name) => !isUsed(name))).toEqual([])
  })

  test('gives each colour and length a name only where it uses it', () => {
    const named = findAll(style, /(--[\w-]+):/g)

    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((name) => !style.includes(`var(${name})`))).toEqual([])
  })
})

test('the icons are those that pages show', () => {
  const icons = findAll(sprite, /<symbol id="([^"]+)"/g)

  expect(icons.length).toBeGreaterThan(10)
  expect(icons.filter((name) => !views.includes(`'${name}'`))).toEqual([])
})

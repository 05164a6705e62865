import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { LINK_LIFETIMES } from '../src/accounts/links.ts'
import { readRequirements, readTable, securityMd } from './support/security-md.ts'
import { readTitles } from './support/test-titles.ts'

const rows = readRequirements()

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

describe('the requirements of ASVS in SECURITY.md', () => {
  test('are the 192 that apply, each once', () => {
    expect(rows).toHaveLength(192)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(192)
  })

  test('are 56 of level 1, 100 of level 2 and 36 of level 3', () => {
    const counts = [1, 2, 3].map((level) => rows.filter((row) => row.level === level).length)

    expect(counts).toEqual([56, 100, 36])
  })

  test('each say what is asked, and name a test or a reason', () => {
    const bare = rows.filter(
      ({ asks, tests, reason }) => asks.length < 5 || (tests.length === 0 && reason.length < 20),
    )

    expect(bare.map(({ id }) => id)).toEqual([])
  })

  test('name only tests that there are', () => {
    const missing = rows.flatMap(({ id, tests }) =>
      tests
        .filter(({ file, title }) => !readTitles(file)?.includes(title))
        .map(({ file, title }) => `${id}: ${file} “${title}”`),
    )

    expect(missing).toEqual([])
  })

  test('name only cases that those tests have', () => {
    const cases = rows.flatMap(({ tests }) => tests).filter((each) => each.case !== null)
    const missing = cases.filter((each) => !read(`tests/${each.file}`).includes(`'${each.case}'`))

    expect(cases.length).toBeGreaterThan(20)
    expect(missing).toEqual([])
  })

  test('name only parts of this file that there are', () => {
    const named = rows.flatMap(({ reason }) =>
      [...reason.matchAll(/(?:[Ww]ritten under|see|under) “([^”]+)”/g)].map(([, part]) => part),
    )
    const parts = [...securityMd.matchAll(/^## (.+)$/gm)].map(([, part]) => part)
    const elsewhere = [...read('docs/operating.md').matchAll(/^## (.+)$/gm)].map(([, part]) => part)

    expect(named.length).toBeGreaterThan(20)
    expect(named.filter((part) => ![...parts, ...elsewhere].includes(part))).toEqual([])
  })

  test('leave none open', () => {
    const open = rows.filter(({ reason }) => reason.includes('PENDING'))

    expect(open.map(({ id }) => id)).toEqual([])
  })
})

describe('SECURITY.md', () => {
  test('names only files that there are', () => {
    const named = securityMd.match(/\b(?:src|docs|views|prisma|tests)\/[\w./-]*\w/g) ?? []
    const missing = named.filter((path) => !existsSync(new URL(`../${path}`, import.meta.url)))

    expect(named.length).toBeGreaterThan(50)
    expect(missing).toEqual([])
  })

  test('says each budget as it is', () => {
    const said = readTable('Budget').map(([name, most, within = '']) => [name, most, within])
    const source = read('src/http/throttle.ts').matchAll(
      /^ {2}'?([\w-]+)'?: \{ points: (\d+), duration: (\w+)\((\d+)\) \}/gm,
    )
    const budgets = [...source].map(([, name, most, unit = '', count]) => [
      name,
      most,
      sayTime(Number(count), unit),
    ])

    expect(said.length).toBeGreaterThan(5)
    expect(said.sort()).toEqual(budgets.sort())
  })

  test('says the ends of a session as they are', () => {
    const said = readTable('Setting').map(([name, count]) => `# ${name}=${count}`)

    expect(said).toHaveLength(4)
    for (const line of said) expect(read('.env.example').split('\n')).toContain(line)
  })

  test('says the ends of links as they are', () => {
    const said = readTable('Link in a mail').map(([name, time = '']) => [name, lengthOf(time)])

    expect(Object.fromEntries(said)).toEqual(LINK_LIFETIMES)
  })
})

function sayTime(count: number, units: string): string {
  return `${count} ${count === 1 ? units.slice(0, -1) : units}`
}

const UNITS: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }

function lengthOf(time: string): number {
  const [count, unit = ''] = time.split(' ')
  return Number(count) * (UNITS[unit.replace(/s$/, '')] ?? 0)
}

import { describe, expect, test } from 'vitest'
import { readSourceFiles, roomOf } from './support/source-files.ts'

const files = readSourceFiles()
const paths = new Set(files.map(({ path }) => path))
const isOurs = (name: string) => paths.has(name) || name.startsWith('database/generated/')

/** Which other rooms each may import. What is in no room is the program that puts them together. */
const ROOMS: Record<string, string[]> = {
  http: [],
  auth: ['http'],
  database: [],
  mail: ['database'],
  accounts: ['database', 'mail'],
  pages: ['accounts', 'auth', 'database', 'http', 'mail'],
  operator: ['accounts', 'database', 'mail'],
}

/** What every room may know, though it is in none. */
const COMMON = ['clock.ts', 'durations.ts', 'time-words.ts']

/** Takes what to look for; returns each import that it holds for, as `importer -> imported`. */
function findImports(isMeant: (from: { path: string; room: string }, to: string) => boolean) {
  return files.flatMap((file) =>
    file.imports.filter((name) => isMeant(file, name)).map((name) => `${file.path} -> ${name}`),
  )
}

describe('a room', () => {
  test('is one of those that the design names', () => {
    const rooms = new Set(files.map(({ room }) => room).filter((room) => room !== ''))

    expect(Object.keys(ROOMS)).toEqual(expect.arrayContaining([...rooms]))
  })

  test.each(Object.entries(ROOMS))('%s imports no other room but %j', (room, allowed) => {
    const wrong = findImports(
      (from, to) =>
        from.room === room &&
        isOurs(to) &&
        roomOf(to) !== '' &&
        ![room, ...allowed].includes(roomOf(to)),
    )

    expect(wrong).toEqual([])
  })

  test('knows nothing of the program around it but the time', () => {
    const program = ['pages', 'operator', '']
    const wrong = findImports(
      ({ room }, to) =>
        !program.includes(room) && isOurs(to) && roomOf(to) === '' && !COMMON.includes(to),
    )

    expect(wrong).toEqual([])
  })

  test('without HTTP knows no Express: accounts, mail, and what an operator types', () => {
    const wrong = findImports(
      ({ room }, to) =>
        ['accounts', 'mail', 'operator'].includes(room) && /^(express|passport|csurf)\b/.test(to),
    )

    expect(wrong).toEqual([])
  })
})

describe('a page', () => {
  test('is imported by app.ts alone', () => {
    const pages = files.filter(
      (file) => file.room === 'pages' && /^export .*Pages?\b/m.test(file.text),
    )
    const pagePaths = pages.map(({ path }) => path)

    expect(pagePaths).toContain('pages/login.ts')
    expect(findImports(({ path }, to) => pagePaths.includes(to) && path !== 'app.ts')).toEqual([])
  })
})

describe('files', () => {
  test('do not import each other in a circle', () => {
    const importsOf = new Map(files.map(({ path, imports }) => [path, imports.filter(isOurs)]))
    const done = new Set<string>()
    const findCircle = (path: string, trail: string[]): string[] => {
      if (trail.includes(path)) return [[...trail, path].join(' -> ')]
      if (done.has(path)) return []
      const circles = (importsOf.get(path) ?? []).flatMap((next) =>
        findCircle(next, [...trail, path]),
      )
      done.add(path)
      return circles
    }

    expect(files.flatMap(({ path }) => findCircle(path, []))).toEqual([])
  })

  test('say in their name what they hold', () => {
    const vague = /(^|\/)(utils?|helpers?|common|misc|index|types|constants)(\.ts$|\/)/

    expect(files.map(({ path }) => path).filter((path) => vague.test(path))).toEqual([])
  })

  test('export by name only', () => {
    expect(files.filter(({ text }) => /^export default\b/m.test(text))).toEqual([])
  })

  test('are shorter than 150 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length >= 150)

    expect(long.map(({ path }) => path)).toEqual([])
  })
})

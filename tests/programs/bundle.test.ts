import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, inject, test } from 'vitest'

const DIST = join(inject('program'), 'dist')

/** What a start reads of dist/: a file and whatever it imports, but for what it loads later by `import()`. */
function readStart(name: string, found = new Map<string, string>()): Map<string, string> {
  if (found.has(name)) return found
  const code = readFileSync(join(DIST, name), 'utf8')
  found.set(name, code)
  for (const [, imported = ''] of code.matchAll(/(?:from|import)"\.\/([^"]+)"/g)) {
    readStart(imported, found)
  }
  return found
}

const start = readStart('server.bundle.js')
const sources = [...start.keys()].flatMap(
  (name) => JSON.parse(readFileSync(join(DIST, `${name}.map`), 'utf8')).sources as string[],
)
const isRead = (part: string) => sources.some((source) => source.includes(part))

test('a start reads no driver, list or SMTP before it is needed', () => {
  const later = [
    'adapter-better-sqlite3',
    'adapter-pg',
    'pg',
    'nodemailer',
    'csv-parse',
    'prom-client',
  ]
  const read = later.filter(
    (name) => isRead(`/node_modules/${name}/`) || isRead(`@prisma/${name}/`),
  )
  const outside = [...start.values()].flatMap((code) =>
    [...code.matchAll(/(?:from|import)"(better-sqlite3|@zxcvbn-ts[^"]*)"/g)].map(
      ([, name]) => name,
    ),
  )

  expect(isRead('/node_modules/express/')).toBe(true)
  expect(isRead('src/database/database.ts')).toBe(true)
  expect([...read, ...outside]).toEqual([])
})

test.each([
  ['app.css', 20_000],
  ['app.js', 6_000],
])('the build makes %s smaller than the source, and than %i bytes', (name, most) => {
  const source = readFileSync(new URL(`../../public/${name}`, import.meta.url))
  const built = readFileSync(join(DIST, 'public', name))

  expect(built.length).toBeLessThan(Math.min(source.length, most))
})

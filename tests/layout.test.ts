import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

// A room of src/ may import these rooms; one that is not named here, only the database. The files at the
// top of src/ put the rooms together.
const LOWER = ['sessions', 'accounts', 'mail', 'throttle', 'database', 'http', 'auth', 'settings']
const MAY_IMPORT: Record<string, string[]> = {
  words: [],
  auth: [],
  http: [],
  settings: [],
  database: [],
  throttle: ['database'],
  mail: ['database'],
  accounts: ['mail', 'database'],
  sessions: ['accounts', 'database'],
  runtime: LOWER,
  operator: [...LOWER, 'runtime'],
}
// A store has the types of what it stands behind.
const MAY_IMPORT_TYPES: Record<string, string[]> = { sessions: ['auth'] }

const SRC = fileURLToPath(new URL('../src', import.meta.url))

type Import = { from: string; to: string; ofTypes: boolean }

function listImports(): Import[] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.ts'),
  )
  return files.flatMap((from) => {
    const found = readFileSync(join(SRC, from), 'utf8').matchAll(
      /(import type [^']*|from |import\()'(\..+?)'/g,
    )
    return [...found].map(([, how = '', path = '']) => {
      const to = posix.join(posix.dirname(from), path)
      return { from, to, ofTypes: how.startsWith('import type') }
    })
  })
}

const roomOf = (path: string) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : '')

function isAllowed({ from, to, ofTypes }: Import): boolean {
  const [room, other] = [roomOf(from), roomOf(to)]
  if (room === '') return other !== 'pages' || from === 'app.ts'
  if (other === '') return !['app.ts', 'server.ts'].includes(to)
  // What a visitor reads is in the catalogue, whichever room says it.
  if (room === other || other === 'words') return true
  if (room === 'pages') return !['operator', 'runtime'].includes(other)
  if (ofTypes && MAY_IMPORT_TYPES[room]?.includes(other)) return true
  return (MAY_IMPORT[room] ?? ['database']).includes(other)
}

test('a room imports only the rooms below it, and only app.ts imports pages', () => {
  const imports = listImports()
  const wrong = imports.filter((each) => !isAllowed(each)).map(({ from, to }) => `${from} -> ${to}`)

  expect(imports.length).toBeGreaterThan(300)
  expect(wrong).toEqual([])
})

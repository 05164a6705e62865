import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const DOCS = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
const PAGES = ['README.md', 'SECURITY.md', ...DOCS.map((name) => `docs/${name}`)]
const PATH = /(?<![\w./-])(?:src|tests|docs|views)\/[\w./-]*\w(?![\w/*-])/g
const MADE_BY_READERS = /\b(tasks|ideas)\b/

test.each(PAGES.filter((page) => page.endsWith('.md')))(
  '%s names only files that exist',
  (page) => {
    const named = readFileSync(join(ROOT, page), 'utf8').match(PATH) ?? []
    const missing = named.filter((path) => !existsSync(join(ROOT, path)))

    expect(missing.filter((path) => !MADE_BY_READERS.test(path))).toEqual([])
  },
)

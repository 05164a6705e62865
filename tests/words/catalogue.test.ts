import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import { describe, expect, test } from 'vitest'
import { readCatalogue } from '../../src/words/words.ts'

const WORDS = fileURLToPath(new URL('../../src/words', import.meta.url))
const read = (language: string): Record<string, string> =>
  JSON.parse(readFileSync(join(WORDS, `${language}.json`), 'utf8'))
const source = read('en')
const { languages, wordsOf } = readCatalogue(WORDS)

type Found = { placeholders: Set<string>; plurals: string[][] }

// Placeholders and tags by name, and the cases of each plural.
function listParts(elements: MessageFormatElement[], found: Found): Found {
  for (const element of elements) {
    if ('value' in element && element.type !== TYPE.literal) found.placeholders.add(element.value)
    if ('children' in element) listParts(element.children, found)
    if (!('options' in element)) continue
    if (element.type === TYPE.plural) found.plurals.push(Object.keys(element.options))
    for (const { value } of Object.values(element.options)) listParts(value, found)
  }
  return found
}

const partsOf = (text: string) => listParts(parse(text), { placeholders: new Set(), plurals: [] })

describe.each(languages)('%s', (language) => {
  const texts = read(language)

  test('has the keys of en.json, in its order, and no others', () => {
    expect(Object.keys(texts)).toEqual(Object.keys(source))
  })

  test('has the same placeholders and tags in each text', () => {
    for (const [key, text] of Object.entries(texts))
      expect([key, [...partsOf(text).placeholders].sort()]).toEqual([
        key,
        [...partsOf(source[key] ?? '').placeholders].sort(),
      ])
  })

  test('has the plural cases that a reader needs', () => {
    const wanted = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    // "many" of Spanish starts at a million.
    const needed = wanted.filter((category) => category !== 'many')
    for (const text of Object.values(texts))
      for (const cases of partsOf(text).plurals)
        expect(cases).toEqual(expect.arrayContaining(needed))
  })

  test('says every text of English without markup that is not ours', () => {
    for (const text of Object.values(texts)) expect(text).not.toMatch(/<(?!\/?(a|b|bdi|code)>)/)
  })
})

test.each([
  ['en', 'English'],
  ['es', 'Español'],
])('%s calls itself %s', (language, name) => {
  if (languages.includes(language)) expect(wordsOf(language).name).toBe(name)
})

test('an unknown language gets English', () => {
  expect(wordsOf('tlh').say('login.title')).toBe('Log in')
})

describe('markup', () => {
  const { mark } = wordsOf('en')

  test('escapes what users typed, also inside tags and links', () => {
    const text = mark('reauthenticate.what-happens', { does: '<i>&"', href: '/?a="b' })

    expect(text).toContain('<strong><bdi>&lt;i&gt;&amp;&quot;</bdi></strong>')
    expect(text).toContain('<a href="/?a=&quot;b">go back to the dashboard</a>')
  })

  test('escapes what leads a link, also where it is markup', () => {
    const href = { toString: () => '"><i>' }

    expect(mark('login.not-verified', { href })).toContain('<a href="&quot;&gt;&lt;i&gt;">')
  })

  test('keeps markup that a macro made', () => {
    const time = { toString: () => '<time datetime="2026-01-01">today</time>' }

    expect(mark('devices.last-seen', { time })).toBe(`Last seen ${time}`)
  })
})

// A key is written out, or ends in a value, as in t('devices.by-' + device.startedBy).
const USES = /'([a-z0-9-]+(?:\.[a-z0-9-]+)+-?)'|`([a-z0-9-]+(?:\.[a-z0-9-]+)*[.-])\$\{/g

function listUses(): Set<string> {
  const root = join(WORDS, '../..')
  const files = ['src', 'views'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(ts|njk)$/.test(file))
      .map((file) => join(root, folder, file)),
  )
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(USES)])
  return new Set(found.map(([, whole, start]) => whole ?? start ?? ''))
}

test('no text is unused', () => {
  const uses = listUses()
  const starts = [...uses].filter((use) => /[.-]$/.test(use))
  const isUsed = (key: string) => uses.has(key) || starts.some((start) => key.startsWith(start))

  expect(uses.size).toBeGreaterThan(100)
  expect(Object.keys(source).filter((key) => !isUsed(key))).toEqual([])
})

test('every key in a view is in en.json', () => {
  const views = readdirSync(join(WORDS, '../../views'), { recursive: true, encoding: 'utf8' })
  const texts = views
    .filter((file) => file.endsWith('.njk'))
    .map((file) => readFileSync(join(WORDS, '../../views', file), 'utf8'))
  const used = texts.flatMap((text) => [...text.matchAll(/\b(?:t|rich)\('([a-z0-9.-]*[a-z0-9])'/g)])

  expect(used.map(([, key]) => key).filter((key) => !(String(key) in source))).toEqual([])
})

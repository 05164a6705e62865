import { readdirSync, readFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { memoize } from '../memoize.ts'
import type en from './en.json'

/** A text of the catalogue; en.json is the source. */
export type Key = keyof typeof en

/** Values of the type Html are not escaped by `mark`. */
export type Params = Record<string, string | number | Date | Html>

/** A text in no language yet: what forms, flash cookies, sessions and the outbox keep. */
export type Text = Key | readonly [Key, Params]

/** Markup that is safe to put into a page, such as what a macro returns. */
type Html = { toString: () => string }

/** A text as a string, for what carries strings only: the messages of zod and of auth. */
export function text(said: Text): string {
  return typeof said === 'string' ? said : JSON.stringify(said)
}

/** What `text` has made. */
export function readText(packed: string): Text {
  return packed.startsWith('["') ? JSON.parse(packed) : (packed as Key)
}

/** The texts of one language. A key that is missing there is shown in English. */
export type Words = {
  /** BCP 47, such as `es`. */
  language: string
  /** What the language calls itself. */
  name: string
  /** Whether there is such a text: a cookie may hold one of an older release. */
  has: (text: Text) => boolean
  /** An unknown text as it is: sessions and outbox rows of an older release hold English. */
  say: (text: Text, params?: Params) => string
  /** Markup for the tags in a text: <b>, <bdi>, <code>, and <a>, which leads to the parameter `href`. All else is escaped. */
  mark: (text: Text, params?: Params) => string
}

export type Catalogue = { languages: string[]; wordsOf: (language: string) => Words }

type Texts = Partial<Record<Key, string>>

/** Every language whose file stands in the folder. */
export function readCatalogue(folder: string): Catalogue {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  const read = (file: string): Texts => JSON.parse(readFileSync(join(folder, file), 'utf8'))
  const source = read('en.json')
  const all = new Map(
    files.map((file) => [parse(file).name, createWords(parse(file).name, read(file), source)]),
  )
  const languages = [...all.keys()]
  const english = all.get('en')
  if (!english) throw new Error(`There is no en.json in ${folder}`)
  return { languages, wordsOf: (language) => all.get(language) ?? english }
}

function createWords(language: string, texts: Texts, source: Texts): Words {
  const all = new Map(Object.entries({ ...source, ...texts }))
  // Most texts are plain: compiling those would cost time and memory.
  const plain = new Map([...all].filter(([, text]) => !/['<{]/.test(text)))
  const formats = new Map<string, IntlMessageFormat>()
  const formatOf = (key: string): IntlMessageFormat => {
    const found = formats.get(key) ?? new IntlMessageFormat(all.get(key) ?? key, language)
    formats.set(key, found)
    return found
  }
  const format = keepCounts((key, params) => String(formatOf(key).format(params)))
  const markAny = keepCounts((key, params) => markUp(formatOf(key), params))
  const partsOf = memoize((key: string) => splitMarkup(all.get(key) ?? key))
  const mark = (key: Key, params: Params) => fillIn(partsOf(key), params) ?? markAny(key, params)
  return {
    language,
    get name() {
      return nameOf(language)
    },
    has: (text) => all.has(split(text)[0]),
    say(text, given) {
      const [key, params] = split(text, given)
      const found = plain.get(key)
      if (found !== undefined) return found
      if (!all.has(key)) return key
      return format(key, params)
    },
    mark(text, given) {
      return mark(...split(text, given))
    },
  }
}

function markUp(format: IntlMessageFormat, params: Params): string {
  const values = { ...TAGS, ...params, a: linkTo(params.href) }
  const parts = format.formatToParts<Html>(values)
  return parts.map(({ value }) => toHtml(value)).join('')
}

// Most texts with tags have only plain parameters. Filling those in between ready markup takes a tenth of the time
// of the formatter, which gets the texts with quotes, choices and numbers: null.
function splitMarkup(text: string): string[] | null {
  if (/['#{}]/.test(text.replace(/\{\w+\}/g, ''))) return null
  const html = escapeHtml(text)
    .replace(/&lt;(\/?)(b|bdi|code)&gt;/g, (_, slash, tag) => `<${slash}${ELEMENTS[tag]}>`)
    .replaceAll('&lt;a&gt;', '<a href="{href}">')
    .replaceAll('&lt;/a&gt;', '</a>')
  return html.split(/\{(\w+)\}/)
}

// Every second part is the name of a parameter. Null where one was not given: the formatter says which.
function fillIn(parts: string[] | null, params: Params): string | null {
  if (!parts) return null
  let html = ''
  for (const [index, part] of parts.entries()) {
    const isName = index % 2 === 1
    if (isName && (params[part] ?? null) === null) return null
    // In an attribute markup is escaped too.
    if (part === 'href' && isName) html += escapeHtml(String(params[part]))
    else html += isName ? toHtml(params[part]) : part
  }
  return html
}

// Formatting takes 6 µs, and most pages say the same to each visitor. What visitors type is not kept.
function keepCounts(make: (key: Key, params: Params) => string) {
  const keptOf = memoize((key: Key) => memoize((packed: string) => make(key, JSON.parse(packed))))
  return (key: Key, params: Params) => {
    const isCount = Object.values(params).every((value) => typeof value === 'number')
    return isCount ? keptOf(key)(JSON.stringify(params)) : make(key, params)
  }
}

function split(text: Text, given: Params = {}): readonly [Key, Params] {
  return typeof text === 'string' ? [text, given] : [text[0], { ...text[1], ...given }]
}

// Made late: they took a twelfth of the start.
const nameOf = memoize((language: string) => {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
})

type Chunks = readonly unknown[]

const ELEMENTS: Record<string, string> = { b: 'strong', bdi: 'bdi', code: 'code' }

const TAGS = Object.fromEntries(
  Object.entries(ELEMENTS).map(([tag, element]) => [tag, wrapIn(element)]),
)

function wrapIn(tag: string) {
  return (chunks: Chunks) => asHtml(`<${tag}>${chunks.map(toHtml).join('')}</${tag}>`)
}

function linkTo(href: unknown) {
  return (chunks: Chunks) =>
    asHtml(`<a href="${escapeHtml(String(href))}">${chunks.map(toHtml).join('')}</a>`)
}

function asHtml(html: string): Html {
  return { toString: () => html }
}

function toHtml(value: unknown): string {
  return typeof value === 'object' ? String(value) : escapeHtml(String(value))
}

export function escapeHtml(text: string): string {
  // Most texts need nothing, and V8 is slow at a replace that finds nothing.
  if (text.search(TO_ESCAPE) === -1) return text
  return text.replace(TO_ESCAPE, (letter) => ESCAPED[letter] ?? letter)
}

const TO_ESCAPE = /[&<>"']/g

const ESCAPED: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

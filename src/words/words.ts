import { readdirSync, readFileSync } from 'node:fs'
import { join, parse } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import type en from './en.json'

/** A text of the catalogue; en.json is the source. */
export type Key = keyof typeof en

/** `Html` values are not escaped in `format.html`. */
export type Params = Record<string, string | number | Date | Html>

/** A text in no language yet: what flash cookies, events, form errors and the outbox keep. */
export type Text = Key | readonly [Key, Params]

/** Markup that is safe to put into a page, such as what a macro returns. */
export type Html = { toString: () => string }

/** The texts of one language. A key that is missing there is shown in English; an unknown key throws. */
export type Words = {
  /** BCP 47, such as `es`. */
  language: string
  /** What the language calls itself. */
  name: string
  say: (text: Text, params?: Params) => string
  /** Markup for the tags in a text: <b>, <code>, and <a>, which leads to the parameter `href`. All else is escaped. */
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
  const formats = new Map<Key, IntlMessageFormat>()
  const formatOf = (key: Key): IntlMessageFormat => {
    const found = formats.get(key) ?? new IntlMessageFormat(textOf(key), language)
    formats.set(key, found)
    return found
  }
  const textOf = (key: Key): string => {
    const text = texts[key] ?? source[key]
    if (text === undefined) throw new Error(`There is no text ${key} in en.json`)
    return text
  }
  return {
    language,
    name: nameOf(language),
    say(text, given) {
      const [key, params] = split(text, given)
      // Most texts are plain: compiling those would cost start-up time and memory.
      return isPlain(textOf(key)) ? textOf(key) : String(formatOf(key).format(params))
    },
    mark(text, given) {
      const [key, params] = split(text, given)
      const parts = formatOf(key).formatToParts<Html>({
        ...TAGS,
        ...params,
        a: linkTo(params.href),
      })
      return parts.map(({ value }) => toHtml(value)).join('')
    },
  }
}

function split(text: Text, given: Params = {}): readonly [Key, Params] {
  return typeof text === 'string' ? [text, given] : [text[0], { ...text[1], ...given }]
}

function isPlain(text: string): boolean {
  return !/['<{]/.test(text)
}

function nameOf(language: string): string {
  const name = new Intl.DisplayNames([language], { type: 'language' }).of(language) ?? language
  return name.charAt(0).toLocaleUpperCase(language) + name.slice(1)
}

type Chunks = readonly unknown[]

const TAGS = {
  b: (chunks: Chunks) => asHtml(`<strong><bdi>${chunks.map(toHtml).join('')}</bdi></strong>`),
  code: (chunks: Chunks) => asHtml(`<code>${chunks.map(toHtml).join('')}</code>`),
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

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

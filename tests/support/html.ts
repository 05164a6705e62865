import { APP_NAME } from '../../src/app-name.ts'

/** What a form would send untouched: hidden fields, values and what is selected. */
export function readForm(html: string, action: string): Record<string, string> {
  const form = listForms(html).find((each) => readAttributes(each).action === action)
  if (!form) throw noForm(html, action)
  return readInputs(form)
}

function readInputs(form: string): Record<string, string> {
  const inputs = [...form.matchAll(/<input\b[^>]*>/g)].map(([tag]) => readAttributes(tag))
  const sent = inputs.filter(({ name, type }) => name !== undefined && type !== 'checkbox')
  const values = sent.map(({ name, value }) => [name, value ?? ''])
  return Object.fromEntries([...values, ...readSelects(form)])
}

function readSelects(form: string): [string, string][] {
  return [...form.matchAll(/<select\b[\s\S]*?<\/select>/g)].map(([select]) => {
    const options = [...select.matchAll(/<option\b[^>]*>[^<]*/g)].map(([option]) => option)
    const chosen = options.find((each) => /<option[^>]* selected/.test(each)) ?? options[0] ?? ''
    const value = readAttributes(chosen).value ?? decode(chosen.replace(/<[^>]*>/, ''))
    return [readAttributes(select).name ?? '', value]
  })
}

/** The names of all fields of a form, none where the page does not show it. */
export function readFieldNames(html: string, action: string): string[] {
  const form = listForms(html).find((each) => readAttributes(each).action === action) ?? ''
  return [...form.matchAll(/<input\b[^>]*>/g)].flatMap(([tag]) => readAttributes(tag).name ?? [])
}

/** What the first form with this field would send of it. */
export function readField(html: string, action: string, name: string): string | undefined {
  const forms = listForms(html).filter((form) => readAttributes(form).action === action)
  if (forms.length === 0) throw noForm(html, action)
  return forms.map((form) => readInputs(form)[name]).find((value) => value !== undefined)
}

/** The CSRF token of the first form. */
export function readToken(html: string): string {
  return /name="_csrf" value="([^"]*)"/.exec(html)?.[1] ?? ''
}

/** The title of a page without the name of the site. */
export function readTitle(html: string): string {
  const title = decode(/<title>([^<]*)<\/title>/.exec(html)?.[1] ?? '')
  return title.endsWith(SITE) ? title.slice(0, -SITE.length) : `${title}, which names no site`
}

const SITE = ` – ${APP_NAME}`

/** The messages of the error summary. */
export function readErrors(html: string): string[] {
  const summary = /<div class="error-summary"[\s\S]*?<\/ul>/.exec(html)?.[0] ?? ''
  return [...summary.matchAll(/<a href[^>]*>([^<]*)<\/a>/g)].map((match) => decode(match[1] ?? ''))
}

/** The flash messages. */
export function readFlashes(html: string): string[] {
  const found = html.matchAll(/<p class="flash [^>]*>(?:<svg[\s\S]*?<\/svg>)?([^<]*)<\/p>/g)
  return [...found].map((match) => decode(match[1] ?? ''))
}

/** Where the links of a page lead, in their order. */
export function readLinks(html: string): string[] {
  return [...html.matchAll(/<a\b[^>]*>/g)].map(([tag]) => readAttributes(tag).href ?? '')
}

/** The page without what differs each time it is shown. */
export function withoutToken(html: string): string {
  return html.replace(/(name="_csrf" value=")[^"]*/g, '$1')
}

function noForm(html: string, action: string): Error {
  return new Error(`There is no form for ${action} on the page: ${readTitle(html)}`)
}

function listForms(html: string): string[] {
  return [...html.matchAll(/<form\b[^>]*>[\s\S]*?<\/form>/g)].map(([form]) => form)
}

function readAttributes(html: string): Record<string, string | undefined> {
  const tag = /<[^>]*>/.exec(html)?.[0] ?? ''
  const found = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)]
  return Object.fromEntries(found.map(([, name, value]) => [name, decode(value ?? '')]))
}

const ENTITIES: Record<string, string> = {
  amp: '&',
  gt: '>',
  lt: '<',
  middot: '·',
  ndash: '–',
  quot: '"',
}

/** The text of some HTML, as a reader sees it. */
export function decode(text: string): string {
  return text.replace(/&(?:#(\d+)|(amp|gt|lt|middot|ndash|quot));/g, (_, code, name) =>
    code ? String.fromCodePoint(code) : (ENTITIES[name] ?? ''),
  )
}

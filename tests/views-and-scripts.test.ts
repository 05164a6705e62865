import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const VIEWS = fileURLToPath(new URL('../views', import.meta.url))
const views = readdirSync(VIEWS, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.njk'))
  .map((path) => ({ path, text: readFileSync(join(VIEWS, path), 'utf8') }))
const script = readFileSync(new URL('../public/app.js', import.meta.url), 'utf8')

const whoHas = (pattern: RegExp) =>
  views.filter(({ text }) => pattern.test(text)).map(({ path }) => path)

describe('a view', () => {
  test.each([
    ['switches escaping off', /\|\s*safe\b|\bautoescape\b|\{%-?\s*(raw|verbatim)\b/],
    ['holds a script or a handler', /<script(?![^>]* src=)|\son[a-z]+="/i],
    ['names an address of another site', /\b(href|src|action|srcset)="\s*([a-z]+:|\/\/)/i],
    ['needs anything but HTML, CSS and script', /<(object|embed|applet|iframe|frame|base)\b/i],
    ['keeps a password manager out', /autocomplete="off"|onpaste|type="password"[^>]*readonly/i],
  ])('never %s', (_what, pattern) => {
    expect(views.length).toBeGreaterThan(20)
    expect(whoHas(pattern)).toEqual([])
  })

  test('gives each form that posts a token', () => {
    const forms = views.flatMap(({ path, text }) =>
      [...text.matchAll(/<form\b[\s\S]*?<\/form>/g)].map(([form]) => ({ path, form })),
    )
    const bare = forms.filter(({ form }) => !/method="post"[^>]*>\s*\{\{ csrf\(\) \}\}/.test(form))

    expect(forms.length).toBeGreaterThan(10)
    expect(bare.map(({ path }) => path)).toEqual([])
  })

  test('loads the script as a module, which has no globals', () => {
    expect(whoHas(/<script\b/)).toEqual(['layout.njk'])
    expect(whoHas(/<script type="module" src="\/app\.js"><\/script>/)).toEqual(['layout.njk'])
  })
})

describe('the script', () => {
  test.each([
    ['makes HTML of text', /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/],
    ['runs text', /\beval\(|\bFunction\(|\bset(Timeout|Interval)\(\s*['"`]/],
    ['keeps anything', /localStorage|sessionStorage|indexedDB|\.cookie\b|caches\b/],
    ['sends anything by itself', /\bfetch\(|XMLHttpRequest|sendBeacon|WebSocket|postMessage/],
    ['stands between a field and the clipboard', /['"](paste|copy|cut)['"]/],
  ])('never %s', (_what, pattern) => {
    expect(script).not.toMatch(pattern)
  })

  test('reads nothing by a name that an element could take', () => {
    const read = [...script.matchAll(/\b(?:document|window)\.(\w+)/g)].map(([, name]) => name)

    expect([...new Set(read)].sort()).toEqual(['addEventListener', 'querySelectorAll'])
  })
})

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import express from 'express'
import nunjucks from 'nunjucks'
import request from 'supertest'
import { afterAll, describe, expect, test } from 'vitest'
import { type Constants, compileView } from '../../src/http/view-compiler.ts'
import { useViews } from '../../src/http/views.ts'
import { catalogue, english } from '../../src/words/catalogue.ts'
import { escapeHtml } from '../../src/words/words.ts'

// Who writes a view knows what Nunjucks makes of it: our compiler must make the same.

const safe = (html: string) => new nunjucks.runtime.SafeString(html)

const constants: Constants = {
  values: { site: 'A & B', isOpen: true, isClosed: false, others: ['x', 'y'] },
  functions: {
    t: (key: string, { name = '' }: { name?: string } = {}) => `<${key}${name}>`,
    fail: (text: string) => {
      throw new Error(text)
    },
    bold: (text: string) => safe(`<b>${text}</b>`),
  },
  filters: { twice: (text: string, between = '') => text + between + text },
}

const SETTINGS = {
  ...{ flashes: { add: () => {}, take: () => [] }, catalogue, locals: {} },
  ...{ wordsFor: () => english, timeZoneFor: () => null, clock: () => new Date() },
}

const page = {
  user: { name: 'Ada <3', tags: ['a', 'b'], isOld: false, greet: (word: string) => `${word}!` },
  list: [{ n: 1 }, { n: 2 }, { n: 3 }],
  empty: [],
  pairs: { one: 1, two: 2 },
  nothing: null,
  shown: 'of the page',
}

function renderBoth(views: Record<string, string | undefined>): {
  plain: string
  compiled: string
} {
  const render = (getSource: (name: string) => string) => {
    const environment = new nunjucks.Environment(
      { getSource: (name: string) => ({ src: getSource(name), path: name, noCache: false }) },
      { autoescape: true },
    )
    for (const [name, value] of Object.entries({ ...constants.values, ...constants.functions }))
      environment.addGlobal(name, value)
    for (const [name, filter] of Object.entries(constants.filters))
      environment.addFilter(name, filter)
    return environment.render('view', page)
  }
  return {
    plain: render((name) => views[name] ?? ''),
    compiled: render((name) => compileView(views[name] ?? '', name, constants)),
  }
}

describe('a compiled view shows what Nunjucks shows', () => {
  test.each([
    ['text', 'a "b" \\ \n c', 'a "b" \\ \n c'],
    ['a value, escaped', '{{ user.name }}', 'Ada &lt;3'],
    ['markup as it is', '{{ bold("x") }}{{ bold(shown) }}', '<b>x</b><b>of the page</b>'],
    ['a constant, escaped', '[{{ site }}]', '[A &amp; B]'],
    [
      'a constant call, escaped',
      '{{ t("key") }}{{ t("key", { name: site }) }}',
      '&lt;key&gt;&lt;keyA &amp; B&gt;',
    ],
    [
      'a call with a value of the page',
      '{{ t("key", { name: user.name }) }}',
      '&lt;keyAda &lt;3&gt;',
    ],
    [
      'nothing for what is missing',
      '[{{ missing }}{{ missing.name }}{{ nothing }}{{ user.nothing }}]',
      '[]',
    ],
    ['numbers and false', '{{ 1.5 }}{{ isClosed }}{{ user.isOld }}{{ 0 }}', '1.5falsefalse0'],
    [
      'a constant call in an expression',
      '{{ missing or t("a", { name: site }) }}{{ bold("x") if isOpen }}{{ t("a") | upper }}',
      '&lt;aA &amp; B&gt;<b>x</b>&lt;A&gt;',
    ],
    ['a method', '{{ user.greet("Hi") }}{{ user.tags.join("-") }}', 'Hi!a-b'],
    ['a lookup by a value', '{{ pairs["t" + "wo"] }}{{ list[1].n }}', '22'],
    ['its own filters and those of Nunjucks', '{{ "a" | twice("/") | upper }}', 'A/A'],
    [
      'a constant choice',
      '{% if isOpen %}a{% else %}b{% endif %}{% if isClosed %}c{% elif user %}d{% endif %}',
      'ad',
    ],
    ['no choice', '{% if isClosed %}a{% endif %}{% if not isOpen %}b{% endif %}', ''],
    [
      'a choice by the page',
      '{% if empty.length %}a{% elif list.length > 2 %}b{% endif %}{{ "c" if nothing else "d" }}',
      'bd',
    ],
    [
      'loops',
      '{% for each in list %}{{ each.n }}{% for x in others %}{{ x }}{% endfor %}{% endfor %}',
      '1xy2xy3xy',
    ],
    [
      'loops that say where they are',
      '{% for each in list %}{{ loop.index }}{{ "." if loop.last }}{% endfor %}',
      '123.',
    ],
    [
      'an inner loop alone that says so',
      '{% for a in list %}{% for b in list %}{{ loop.index0 }}{% endfor %}{% endfor %}',
      '012012012',
    ],
    ['an empty loop', '{% for each in empty %}a{% else %}none{% endfor %}', 'none'],
    [
      'where a loop is, in a comparison',
      '{% for a in list %}{{ "," if list.length > loop.index }}{% if a.n == loop.index %}{{ a.n }}{% endif %}{% endfor %}',
      ',1,23',
    ],
    [
      'where a loop is, in a block of text and a case',
      '{% for a in list %}{{ loop.index }}{% for b in others %}{% set y %}{{ loop.index }}{% endset %}{{ y }}{% switch b %}{% case "y" %}{{ loop.index }}{% endswitch %}{% endfor %};{% endfor %}',
      '1122;2122;3122;',
    ],
    [
      'where a loop is, in text around a call',
      '{% macro m() %}{% for a in list %}{{ caller() }}{% endfor %}{% endmacro %}{% call m() %}[{{ loop.index }}]{% endcall %}',
      '[1][2][3]',
    ],
    [
      'a constant choice in an empty loop and in a case',
      '{% for a in empty %}{% else %}{% if isOpen %}{% include "view-part" %}{% endif %}{% endfor %}{% switch 1 %}{% case 1 %}{% if isOpen %}{% include "view-part" %}{% endif %}{% case 2 %}b{% endswitch %}',
      '',
    ],
    ['an asynchronous choice', 'a{% ifAsync isOpen %}b{% endif %}c', 'abc'],
    [
      'an asynchronous loop over a name of ours',
      '{% asyncEach put in list %}{{ put.n }}{% endeach %}',
      '123',
    ],
    [
      'a method that is kept',
      '{% set join = others.join %}{{ join("-") }}{{ (user.x or user.greet)("Hi") }}',
      'x-yHi!',
    ],
    ['nothing of a branch that fails', '{% if nothing %}{{ fail("x") }}{% endif %}ok', 'ok'],
    ['pairs', '{% for key, value in pairs %}{{ key }}={{ value }};{% endfor %}', 'one=1;two=2;'],
    ['a variable', '{% set a = "<" %}{{ a }}{% set a = a + "1" %}{{ a }}', '&lt;&lt;1'],
    [
      'a block of text in a variable',
      '{% set a %}x{{ site }}{% endset %}[{{ a }}]',
      '[xA &amp;amp; B]',
    ],
    [
      'a variable in place of a constant',
      '{% for site in list %}{{ site.n }}{% endfor %}{{ site }}',
      '123A &amp; B',
    ],
    [
      'a macro',
      '{% macro m(a, b="-") %}<i>{{ a }}{{ b }}{{ shown }}</i>{% endmacro %}{{ m("<") }}{{ m(1, b=2) }}',
      '<i>&lt;-of the page</i><i>12of the page</i>',
    ],
    [
      'an argument of the name of a constant',
      '{% macro m(site="x") %}{{ site }}{% endmacro %}{{ m() }}{{ m(site="y") }}',
      'xy',
    ],
    [
      'a default that is null, not the value of the page',
      '{% macro m(shown=none) %}[{{ shown }}]{% endmacro %}{{ m() }}',
      '[]',
    ],
    [
      'an argument that is null, not the value of the page',
      '{% macro m(shown) %}[{{ shown }}]{% endmacro %}{{ m(none) }}{{ m("x") }}',
      '[][x]',
    ],
    [
      'text around what is called',
      '{% macro m() %}<i>{{ caller() }}</i>{% endmacro %}{% call m() %}{{ shown }}{% endcall %}',
      '<i>of the page</i>',
    ],
    [
      'an argument in place of a function',
      '{% macro m(t) %}{{ t.n }}{% endmacro %}{{ m(list[0]) }}',
      '1',
    ],
  ])('%s', (_what, view, expected) => {
    const { plain, compiled } = renderBoth({ view })

    expect(compiled).toBe(expected)
    expect(plain).toBe(expected)
  })

  test.each([
    [
      'where a loop is, in the block that a view fills in',
      {
        view: '{% extends "parent" %}{% block b %}{{ loop.index }}{% endblock %}',
        parent: '{% for a in list %}{% block b %}{% endblock %}{% endfor %}',
      },
      '123',
    ],
    [
      'where a loop is, in what it includes and imports',
      {
        view: '{% for a in list %}{% include "part" %}{% import "macros" as p with context %}{{ p.m() }}{% endfor %}',
        part: '{{ loop.index }}{% if not loop.last %},{% endif %}',
        macros: '{% set z = loop.index %}{% macro m() %}({{ z }}){% endmacro %}',
      },
      '1,(1)2,(2)3(3)',
    ],
    [
      'blocks, parents, includes and imports',
      {
        view: '{% extends "parent" %}{% from "macros" import m %}{% set title = t("title") %}{% block main %}{{ super() }}{{ m(title) }}{% include "part" %}{% endblock %}',
        parent:
          '<{{ title }}>{% block main %}[{{ shown }}{{ site }}]{% endblock %}{% block end %}.{% endblock %}',
        macros: '{% macro m(a) %}({{ a }}{{ site }}){% endmacro %}',
        part: '{{ user.name }}{{ title }}',
      },
      '<&lt;title&gt;>[of the pageA &amp; B](&lt;title&gt;A &amp; B)Ada &lt;3&lt;title&gt;.',
    ],
    [
      'what is included in a loop, and says which round it is',
      {
        view: '{% for each in list %}{% include "part" %}{% endfor %}',
        part: '{{ each.n }}{{ "." if loop.last }}',
      },
      '123.',
    ],
  ])('%s', (_what, views, expected) => {
    const { plain, compiled } = renderBoth(views)

    expect(compiled).toBe(expected)
    expect(plain).toBe(expected)
  })
})

describe('a page', () => {
  const folder = mkdtempSync(join(tmpdir(), 'views-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    ['Ada', 'Ada'],
    ['Zoë', 'Zo&#235;'],
    ['Łukasz', '&#321;ukasz'],
    ['😀', '&#128512;'],
    ['<b>', '&lt;b&gt;'],
  ])('comes whole to %s', async (name, ascii) => {
    writeFileSync(join(folder, 'hello.njk'), '{{ name | ascii }}, {{ name }}')
    const app = express().use(useViews({ ...SETTINGS, folder }))
    app.get('/', (_req, res) => res.render('hello', { name }))
    const { text, headers } = await request(app).get('/')

    expect(text).toBe(`${ascii}, ${escapeHtml(name)}`)
    expect(headers['content-length']).toBe(String(Buffer.byteLength(text)))
  })
})

describe('a view with a mistake', () => {
  const folder = mkdtempSync(join(tmpdir(), 'views-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  test.each([
    [true, 'production'],
    [false, 'development'],
  ])('is named with its line (kept: %s, as in %s)', async (isKept) => {
    writeFileSync(join(folder, 'broken.njk'), 'a\n{% if x %}\n{{ y( }}\n')
    const app = express()
    app.use(useViews({ ...SETTINGS, folder, isKept }))
    app.get('/', (_req, res) => res.render('broken'))
    const { text } = await request(app).get('/')

    expect(text).toContain('broken.njk) [Line 3, Column 7]')
    expect(text).toContain('unexpected token: }}')
  })
})

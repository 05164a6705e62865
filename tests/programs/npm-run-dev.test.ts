import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { minutes, seconds } from '../../src/durations.ts'
import { openPlace } from './support/server.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const COPIED = ['package.json', 'prisma', 'public', 'scripts', 'src', 'tsconfig.json', 'views']

const place = await openPlace()
const copy = mkdtempSync(join(tmpdir(), 'express-login-'))
for (const name of COPIED) cpSync(join(ROOT, name), join(copy, name), { recursive: true })
symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'))
writeFileSync(join(copy, 'option.cjs'), "console.log('An option of Node')")
const command = ['npm', 'run', '--silent', 'dev', '--', '--require=./option.cjs']
const server = await place.start({}, { command, cwd: copy })
afterAll(async () => {
  await server.end('SIGTERM')
  await place.leave()
  rmSync(copy, { recursive: true })
})

vi.setConfig({ testTimeout: minutes(1) })

const change = (name: string, from: string, to: string) => {
  const path = join(copy, name)
  writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
}
const starts = () => server.lines.filter((line) => line.startsWith('Listening on '))
const read = async (path: string) => {
  const [, port] = /:(\d+)$/.exec(starts().at(-1) ?? '') ?? []
  return fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text())
}

test.each([
  ['view', 'views/login.njk', '{% block content %}', '/login'],
  ['layout', 'views/layout.njk', '<head>', '/login'],
  ['style', 'public/app.css', ':root', '/app.css'],
])('shows a changed %s at the next reload, without a start', async (_, name, place, path) => {
  await read(path)
  const before = starts().length

  change(name, place, `${place}<!-- changed ${name} -->`)

  expect(await read(path)).toContain(`<!-- changed ${name} -->`)
  expect(starts()).toHaveLength(before)
})

test('hands options such as --inspect to Node', () => {
  expect(server.lines).toContain('An option of Node')
})

test.each([
  ['source', 'src/app-name.ts', "'\n", "!'\n", /<title>[^<]+!<\/title>/],
  ['text', 'src/words/en.json', '"login.title": "', '"login.title": "Please ', /<title>Please /],
])('starts again when a %s changes', async (_, name, from, to, title) => {
  const before = starts().length

  change(name, from, to)

  await vi.waitFor(() => expect(starts().length).toBeGreaterThan(before), seconds(20))
  expect(await read('/login')).toMatch(title)
})

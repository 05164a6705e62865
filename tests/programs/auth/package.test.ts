import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { systemClock } from '../../../src/clock.ts'
import { minutes } from '../../../src/durations.ts'
import { Browser } from '../../support/browser.ts'
import { findFreePort } from '../../support/free-port.ts'

vi.setConfig({ testTimeout: minutes(3), hookTimeout: minutes(3) })

const ROOT = join(import.meta.dirname, '../../..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
const installed = join(folder, 'node_modules/express-login')
const run = (command: string, words: string[], cwd = folder) =>
  promisify(execFile)(command, words, { cwd })

/** The code of a section of the package's README. */
function readCode(title: string, language = 'ts'): string {
  const section = readFileSync(join(installed, 'README.md'), 'utf8').split(`## ${title}\n`)[1]
  return section?.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? ''
}

function readManifest() {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  return Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
}

/** As `npm install` does it, from the packages that are here. */
async function install(): Promise<void> {
  await run(process.execPath, [join(ROOT, 'scripts/pack-auth.mjs'), join(folder, 'packed')])
  const [tarball = ''] = readdirSync(join(folder, 'packed')).filter((name) => name.endsWith('.tgz'))
  mkdirSync(installed, { recursive: true })
  await run('tar', ['-xzf', join(folder, 'packed', tarball), '-C', installed, '--strip=1'])
  for (const name of [...readManifest(), '@types/node', 'supertest', '@types/supertest']) {
    const link = join(folder, 'node_modules', name)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules', name), link)
  }
}

/** The README's program and its test, in a folder of their own. */
function writePrograms(language: string): string {
  const program = join(folder, language)
  mkdirSync(program)
  const setup = readCode('In twenty lines', 'sh').replace(/^npm install .*/m, '')
  execFileSync('sh', ['-ec', setup], { cwd: program })
  writeFileSync(join(program, `app.${language}`), readCode('In twenty lines'))
  writeFileSync(join(program, `test.${language}`), readCode('In tests'))
  return program
}

const servers: ChildProcess[] = []

async function serve(program: string): Promise<Browser> {
  const port = String(await findFreePort())
  servers.push(spawn(process.execPath, ['app.js'], { cwd: program, env: { PORT: port } }))
  const url = `http://127.0.0.1:${port}`
  await vi.waitFor(() => new Browser(url, systemClock).visit('/login'), minutes(1))
  return new Browser(url, systemClock)
}

async function walkThrough(browser: Browser): Promise<void> {
  const visitHome = () => browser.visit('/')
  const ada = { id: 'ada', password: 'analytical engine', remember: 'on' }

  expect((await visitHome()).headers.location).toBe('/login?next=%2F')
  expect((await browser.post('/login', { ...ada, password: 'wrong' })).status).toBe(422)
  expect((await browser.post('/login?next=%2F', ada)).headers.location).toBe('/')
  expect((await visitHome()).text).toContain('Only for users.')

  browser.restart()
  expect((await visitHome()).text).toContain('Only for users.')

  await browser.post('/logout')
  expect((await visitHome()).status).toBe(302)
}

/** The file and each package that it imports; its own files need no name. */
function listImports(): string[] {
  const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
  const code = files.filter((name) => /\.(js|ts)$/.test(name))
  return code.flatMap((name) => {
    const found = readFileSync(join(installed, name), 'utf8').matchAll(
      /(?:from|module) '([^.'][^']*)'/g,
    )
    return [...found].map(([, imported = '']) => imported)
  })
}

// It works with no database.
describe.runIf(inject('template').engine === 'sqlite')('the package of src/auth', () => {
  beforeAll(install)
  afterAll(() => {
    for (const server of servers) server.kill()
    rmSync(folder, { recursive: true })
  })

  test('contains src/auth and the four files that it needs, compiled', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).sort()
    const sources = readdirSync(join(ROOT, 'src/auth')).map((name) => `auth/${name.slice(0, -3)}`)
    const compiled = [...sources, 'clock', 'cookies', 'durations', 'memoize']
    const expected = ['LICENSE', 'README.md', 'auth', 'package.json']

    expect(files).toEqual(
      [...expected, ...compiled.flatMap((name) => [`${name}.d.ts`, `${name}.js`])].sort(),
    )
  })

  test('imports only what its package.json names', () => {
    const declared = [...readManifest(), 'express-serve-static-core']
    const isDeclared = (name: string) => name.startsWith('node:') || declared.includes(name)

    expect(listImports()).toContain('passport')
    expect(listImports().filter((name) => !isDeclared(name))).toEqual([])
  })

  test.each(['js', 'ts'])("runs the README's program as .%s", async (language) => {
    const program = writePrograms(language)
    const options = [
      '--ignoreConfig',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--types',
      'node',
    ]
    const sources = ['app.ts', 'test.ts']
    if (language === 'ts') await run(process.execPath, [TSC, ...options, ...sources], program)

    await walkThrough(await serve(program))

    const place = { cwd: program, env: { ...process.env, PORT: '0' } }
    await promisify(execFile)(process.execPath, ['test.js'], place)
  })
})

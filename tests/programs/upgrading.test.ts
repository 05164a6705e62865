import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
const project = join(folder, 'project')
const page = readFileSync(join(import.meta.dirname, '../../docs/upgrading.md'), 'utf8')
const [once = '', upgrade = '', begin = ''] = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(
  ([, commands = '']) => commands,
)

const IDENTITY = ['GIT_AUTHOR', 'GIT_COMMITTER'].flatMap((role) => [
  [`${role}_NAME`, 'Ada'],
  [`${role}_EMAIL`, 'ada@example.org'],
])

function run(commands: string, cwd: string): string {
  const env = { ...process.env, ...Object.fromEntries(IDENTITY) }
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', commands], {
    cwd,
    env,
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`${commands}: ${stderr}`)
  return stdout.trim()
}

/** Writes a file and commits it. */
function commit(repository: string, name: string, text: string): void {
  writeFileSync(join(repository, name), text)
  run(`git add . && git commit -m "Change ${name}"`, repository)
}

const read = (repository: string) =>
  ['app.ts', 'own.ts'].map((name) => readFileSync(join(repository, name), 'utf8'))

describe.skipIf(spawnSync('git', ['--version']).status !== 0)('docs/upgrading.md', () => {
  const clone = join(folder, 'clone')
  const copy = join(folder, 'copy')
  let start = ''

  beforeAll(() => {
    run(`git init -b main ${project}`, folder)
    commit(project, 'app.ts', 'first\n')
    start = run('git rev-parse HEAD', project)
    run(`git clone ${project} ${clone}`, folder)
    cpSync(project, copy, { recursive: true, filter: (path) => !path.includes('.git') })
    run('git init -b main', copy)
    for (const repository of [clone, copy]) commit(repository, 'own.ts', 'ours\n')
    commit(project, 'app.ts', 'fixed\n')
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('brings a fix into a clone beside its own changes', () => {
    run(once, clone)
    run(upgrade, clone)

    expect(read(clone)).toEqual(['fixed\n', 'ours\n'])
  })

  test('brings a fix into a copy that began without the history', () => {
    run(begin.replace('UPSTREAM', project).replace('COMMIT', start), copy)
    run(upgrade, copy)

    expect(read(copy)).toEqual(['fixed\n', 'ours\n'])
  })
})

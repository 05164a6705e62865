import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { parseEnv } from 'node:util'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { minutes, seconds } from '../../../src/durations.ts'
import { findFreePort } from '../../support/free-port.ts'
import { readCommands, readDeployingFile } from './support/page.ts'

vi.setConfig({ testTimeout: minutes(3) })

const ROOT = join(import.meta.dirname, '../../..')
const LEFT_BEHIND = /^(node_modules|\.git|\.env|data|dist|dist-auth)(\/|$)/
const PAGES = ['/', '/login', '/register', '/app.css']
const isRoot = process.getuid?.() === 0
const UNPRIVILEGED = isRoot ? { uid: 65_534, gid: 65_534 } : {}
const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
const machine = join(folder, 'machine')
const image = join(folder, 'image')
const dockerfile = readDeployingFile('Dockerfile')
const children: ChildProcess[] = []

/** Runs what the page says about /srv/app in another folder, and leaves out its users where the test is not root. */
function follow(commands: string, place: string): void {
  const users = /--(owner|group)=\w+/g
  const here = commands
    .replaceAll('/srv/app', place)
    .replace(users, (_, kind) => (isRoot ? `--${kind}=65534` : ''))
  const { status, stderr } = spawnSync('sh', ['-ec', here], { cwd: place, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${here}: ${stderr}`)
}

// As `npm ci` leaves a folder. npm writes the hidden lock file in place, and it is still the project's own.
const INSTALL = `mkdir node_modules
  cp -al ${join(ROOT, 'node_modules')}/. node_modules
  rm node_modules/.package-lock.json`

/** The commands of “Build”, in a copy of what a clone and `npm ci` make. */
function buildOnMachine(): void {
  const filter = (path: string) => !LEFT_BEHIND.test(relative(ROOT, path))
  cpSync(ROOT, machine, { recursive: true, filter })
  follow(
    readCommands('Build')
      .replace(/^git clone .*$/m, '')
      .replace(/^npm ci .*$/m, INSTALL),
    machine,
  )
  follow(readCommands('Settings'), machine)
}

/** What the second stage of the Dockerfile makes of that. */
function buildImage(): void {
  mkdirSync(image)
  const [, stage = ''] = dockerfile.split(/^FROM node:24-slim$/m)
  for (const [, from = '', to = ''] of stage.matchAll(/^COPY --from=build \/app\/(\S+) (\S+)$/gm)) {
    cpSync(join(machine, from), join(image, to === './' ? from : to), { recursive: true })
  }
  follow(/^RUN (.+)$/m.exec(stage)?.[1] ?? '', image)
}

function start([, ...words]: string[], cwd: string, env: NodeJS.ProcessEnv): ChildProcess {
  const child = spawn(process.execPath, words, { cwd, env, ...UNPRIVILEGED, stdio: 'ignore' })
  children.push(child)
  return child
}

/** The health check of the Dockerfile. */
function askForHealth(port: string): number | null {
  const [, words = ''] = /^HEALTHCHECK CMD (.+)$/m.exec(dockerfile) ?? []
  const [, ...code] = JSON.parse(words) as string[]
  return spawnSync(process.execPath, code, { env: { PORT: port } }).status
}

async function expectToServe(command: string[], cwd: string, env: NodeJS.ProcessEnv = {}) {
  const port = String(await findFreePort())
  expect(askForHealth(port)).toBe(1)

  const server = start(command, cwd, { ...env, PORT: port })
  await vi.waitFor(() => expect(askForHealth(port)).toBe(0), minutes(1))
  for (const path of PAGES) {
    const { status } = await fetch(`http://127.0.0.1:${port}${path}`)
    expect([path, status]).toEqual([path, 200])
  }

  server.kill('SIGTERM')
  expect(await once(server, 'exit')).toEqual([0, null])
}

// Long options of install and hard links are of Linux.
const canRun = process.platform === 'linux' && inject('template').engine === 'sqlite'

describe.runIf(canRun)('docs/deploying.md', () => {
  beforeAll(() => {
    // Another user reads it.
    chmodSync(folder, 0o755)
    buildOnMachine()
    buildImage()
  }, minutes(10))
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  test('leads to a server that runs as a user who owns its data alone', async () => {
    const [, command = ''] = /^ExecStart=(.+)$/m.exec(readDeployingFile('app.service')) ?? []

    await expectToServe(command.split(' '), machine)

    const list = ['dist/operator/user.js', 'list']
    expect(spawnSync(process.execPath, list, { cwd: machine, ...UNPRIVILEGED }).status).toBe(0)
  })

  test('backs up as that user, and deletes what is old', async () => {
    const old = join(machine, 'data/backups/app-2020-01-01T033000.db')
    const unit = readDeployingFile('app-backup.service')
    const commands = [...unit.matchAll(/^ExecStart(?:Post)?=(.+)$/gm)].map(([, line = '']) => line)
    const here = commands
      .join('\n')
      .replaceAll('%%', '%')
      .replace('/usr/bin/node', process.execPath)
    const backUp = () => {
      const place = { cwd: machine, encoding: 'utf8', ...UNPRIVILEGED } as const
      return spawnSync('sh', ['-ec', here], place)
    }

    const first = backUp()
    writeFileSync(old, '')
    utimesSync(old, 0, 0)
    await setTimeout(seconds(1))
    const second = backUp()

    expect([first, second]).toMatchObject([
      { status: 0, stderr: '' },
      { status: 0, stderr: '' },
    ])
    expect(readdirSync(join(machine, 'data/backups'))).toHaveLength(2)
    expect(existsSync(old)).toBe(false)
  })

  test('opens the metrics by the lines that it adds', async () => {
    const port = String(await findFreePort())
    follow(readCommands('Monitoring').replace(/^(systemctl|curl) .*$/gm, ''), machine)
    const settings = parseEnv(readFileSync(join(machine, '.env'), 'utf8'))
    const [, command = ''] = /^ExecStart=(.+)$/m.exec(readDeployingFile('app.service')) ?? []
    const METRICS_PORT = String(await findFreePort())

    const server = start(command.split(' '), machine, { ...settings, PORT: port, METRICS_PORT })
    await vi.waitFor(() => expect(askForHealth(port)).toBe(0), minutes(1))
    const answer = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`)

    expect(settings).toMatchObject({ METRICS_PORT: '9464', LOG_HEALTH_CHECKS: 'off' })
    expect(await answer.text()).toContain('route="/readyz"')
    server.kill('SIGTERM')
    await once(server, 'exit')
  })

  test('brings a new version that is built beside the one that runs, and the one from before back', async () => {
    const [before = '', after = ''] = readCommands('A new version').split('systemctl stop app\n')
    const cloned = `mkdir /srv/app-next
      tar -c --exclude=./data --exclude=./.env --exclude=./node_modules --exclude=./dist . | tar -x -C /srv/app-next`
    const commands = before.replace(/^git clone .*$/m, cloned).replace(/^npm ci .*$/m, INSTALL)
    const users = () => {
      const list = ['dist/operator/user.js', 'list', '--json']
      return spawnSync(process.execPath, list, { cwd: machine, ...UNPRIVILEGED }).stdout.toString()
    }
    const create = ['dist/operator/user.js', 'create', 'ada', '--email', 'ada@example.org']
    const input = 'correct horse battery staple'
    spawnSync(process.execPath, create, { cwd: machine, ...UNPRIVILEGED, input })
    const dist = statSync(join(machine, 'dist')).ino

    follow(commands.replace(/^systemctl .*$/gm, ''), machine)
    expect(statSync(join(machine, 'dist')).ino).toBe(dist)
    follow(after.replace(/^systemctl .*$/gm, ''), machine)

    const [, command = ''] = /^ExecStart=(.+)$/m.exec(readDeployingFile('app.service')) ?? []
    await expectToServe(command.split(' '), machine)
    expect(statSync(join(machine, 'dist')).ino).not.toBe(dist)
    expect(JSON.parse(users())).toMatchObject([{ username: 'ada' }])

    follow(readCommands('A new version', 1).replace(/^systemctl .*$/gm, ''), machine)
    expect(statSync(join(machine, 'dist')).ino).toBe(dist)
    await expectToServe(command.split(' '), machine)
    expect(JSON.parse(users())).toMatchObject([{ username: 'ada' }])
  })

  test('copies into the image all that a server needs', async () => {
    const [, command = '[]'] = /^CMD (.+)$/m.exec(dockerfile) ?? []
    const settings = parseEnv(readFileSync(join(machine, '.env'), 'utf8'))

    await expectToServe(JSON.parse(command), image, { ...settings, NODE_ENV: 'production' })
  })
})

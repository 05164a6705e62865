import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { Browser } from '../../support/browser.ts'
import { createEmptyDatabase } from '../../support/database.ts'
import { copyProgram } from './built-server.ts'

type Variables = Record<string, string>

/** How the server is started, if not by `node dist/server.js`. */
export type Program = { command: string[]; cwd: string; isGroup: boolean }

export type Server = {
  url: string
  /** What it has printed so far that is no line of the log. */
  lines: string[]
  log: { pid: number; msg: string }[]
  browse: () => Browser
  /** Sends a signal, to the whole group of processes if it was started as one. */
  signal: (signal: NodeJS.Signals) => void
  ended: Promise<{ code: number | null; signal: string | null }>
  /** Sends a signal and waits for the end; says how it was. */
  end: (signal: NodeJS.Signals) => Server['ended']
}

export type Place = {
  folder: string
  databaseUrl: string
  /** Starts the server, or another program that starts it, and waits until it listens. */
  start: (variables?: Variables, program?: Partial<Program>) => Promise<Server>
  /** Starts a server that is to refuse; gives what it said. */
  fail: (
    variables: Variables,
    program?: Partial<Program>,
  ) => Promise<{ code: number | null; stdout: string; stderr: string }>
  leave: () => Promise<void>
}

/** Opens places for the tests of a file, which leaves them all together. */
export function createPlaces() {
  const places: Place[] = []
  return {
    async newPlace(): Promise<Place> {
      const place = await openPlace()
      places.push(place)
      return place
    },
    leaveAll: () => Promise.all(places.map(({ leave }) => leave())),
  }
}

/** A folder with the built program, and an empty database, where the real server is started as a process. */
export async function openPlace(): Promise<Place> {
  const folder = copyProgram()
  const server = join(folder, 'dist/server.js')
  const database = await createEmptyDatabase()
  const children = new Set<ChildProcess>()
  const isFile = database.url.startsWith('file:')
  const onServer = isFile ? {} : { DATABASE_URL: database.url }
  const run = (variables: Variables, program: Partial<Program> = {}) => {
    const { command = [process.execPath, server], cwd = folder, isGroup = false } = program
    const [file = '', ...words] = command
    const { PATH = '', HOME = '' } = process.env
    // Without BCRYPT_COST each of them would hash for a quarter of a second.
    const env = { PATH, HOME, PORT: '0', BCRYPT_COST: '4', ...onServer, ...variables }
    const child = spawn(file, words, { cwd, env, detached: isGroup })
    children.add(child)
    return child
  }
  return {
    folder,
    databaseUrl: isFile ? `file:${join(folder, 'data/app.db')}` : database.url,
    start: (variables, program) => waitForServer(run(variables ?? {}, program), program?.isGroup),
    fail: (variables, program) => waitForRefusal(run(variables, program)),
    async leave() {
      for (const child of children) child.kill('SIGKILL')
      await database.drop()
      rmSync(folder, { recursive: true })
    },
  }
}

function waitForServer(child: ChildProcess, isGroup = false): Promise<Server> {
  const lines: string[] = []
  const log: Server['log'] = []
  const ended = waitForEnd(child)
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (text) => (said += text))
    ended.then(({ code }) => reject(new Error(`The server ended with ${code}: ${said}`)))
    listenToLines(child, (line) => {
      if (line.startsWith('{')) log.push(JSON.parse(line))
      else lines.push(line)
      if (!line.startsWith('Mail: ')) return
      const url = /http:\S+/.exec(lines.join('\n'))?.[0].replace('localhost', '127.0.0.1') ?? ''
      const browse = () => new Browser(url, () => new Date())
      const signal: Server['signal'] = (name) => {
        if (isGroup) process.kill(-Number(child.pid), name)
        else child.kill(name)
      }
      const end: Server['end'] = (name) => {
        signal(name)
        return ended
      }
      resolve({ url, lines, log, browse, signal, ended, end })
    })
  })
}

async function waitForRefusal(child: ChildProcess) {
  const said = { stdout: '', stderr: '' }
  child.stdout?.on('data', (text) => (said.stdout += text))
  child.stderr?.on('data', (text) => (said.stderr += text))
  const { code } = await waitForEnd(child)
  return { code, ...said }
}

function waitForEnd(child: ChildProcess): Promise<{ code: number | null; signal: string | null }> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal }))
  })
}

function listenToLines(child: ChildProcess, hear: (line: string) => void): void {
  let rest = ''
  child.stdout?.on('data', (text) => {
    const parts = `${rest}${text}`.split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) hear(line)
  })
}

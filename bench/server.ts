import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { createClient } from './client.ts'

/** A program that can be started again and again on its database. */
export type Stack = {
  name: string
  databaseUrl: string
  launch: (port: number) => { command: string[]; env: Record<string, string> }
}

export type Server = {
  name: string
  port: number
  pid: number
  /** From the start of the process to the first answer of /login. */
  startSeconds: number
  stop: () => Promise<void>
}

const { PATH, HOME } = process.env

const LONGEST_START = 60_000
const POLL = 3

export async function startServer(
  bench: Bench,
  { name, databaseUrl, launch }: Stack,
): Promise<Server> {
  const port = await findFreePort()
  const { command, env } = launch(port)
  const log = join(bench.folder, `${port}.log`)
  const output = openSync(log, 'a')
  const [program = '', ...args] = command
  const started = performance.now()
  const child = spawn(program, args, {
    cwd: bench.folder,
    // Nothing else of this shell, whose settings could be those of another machine.
    env: { PATH, HOME, DATABASE_URL: databaseUrl, PORT: String(port), ...env },
    stdio: ['ignore', output, output],
  })
  const stop = () => stopChild(child)
  bench.atEnd(stop)
  await answered(port, child).catch(() => {
    throw new Error(`${name} does not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
  })
  const startSeconds = (performance.now() - started) / 1000
  return { name, port, pid: child.pid ?? 0, startSeconds, stop }
}

async function answered(port: number, child: ChildProcess): Promise<void> {
  const end = performance.now() + LONGEST_START
  const client = createClient(port)
  while (performance.now() < end && child.exitCode === null) {
    const answer = await client.get('/login').catch(() => null)
    if (answer?.status === 200) return
    await setTimeout(POLL)
  }
  throw new Error('No answer')
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const isOver = once(child, 'exit')
  child.kill('SIGTERM')
  await isOver
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

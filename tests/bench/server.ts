import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { createPasswords } from '../../src/accounts/password-hash.ts'
import { changeTogether } from '../../src/database/change-together.ts'
import { openDatabase } from '../../src/database/database.ts'
import { userRow } from '../support/rows.ts'

export const PORT = 3199
export const PASSWORD = 'a long enough passphrase'
export const COST = 12

// Users and addresses of their own, so that a second run on one database does not meet the first.
const RUN = randomBytes(2).toString('hex')

/** Takes a number; returns the name of that user of this run. */
export function nameUser(index: number): string {
  return `bench-${RUN}-${index}`
}

/** Takes a number; returns that address of this run: a network of its own. */
export function nameAddress(index: number): string {
  return `2001:db8:${RUN}:${index.toString(16)}::1`
}

export type BenchServer = { databaseUrl: string; stop: () => Promise<void> }

/** Starts the compiled server as in production, on a new SQLite file or on what DATABASE_URL says. */
export async function startServer(): Promise<BenchServer> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const databaseUrl = process.env.DATABASE_URL ?? `file:${join(folder, 'app.db')}`
  const server = spawn(process.execPath, [join(import.meta.dirname, '../../dist/server.js')], {
    cwd: folder,
    env: { ...process.env, ...SETTINGS, DATABASE_URL: databaseUrl },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await hear(server.stdout, 'Mail:')
  return {
    databaseUrl,
    async stop() {
      server.kill('SIGTERM')
      await once(server, 'exit')
      rmSync(folder, { recursive: true })
    },
  }
}

// It is listening once it has said where mail goes; what it says afterwards is read by nobody.
async function hear(output: Readable, words: string): Promise<void> {
  for await (const line of createInterface(output)) if (line.startsWith(words)) break
  output.resume()
}

const SETTINGS = {
  NODE_ENV: 'production',
  PORT: String(PORT),
  APP_URL: `http://127.0.0.1:${PORT}`,
  SESSION_SECRET: 'only for this benchmark '.repeat(2),
  // A proxy in front, so that requests can come from everywhere.
  TRUST_PROXY: '1',
  BCRYPT_COST: String(COST),
}

/** Makes so many users. */
export async function makeUsers({ databaseUrl }: BenchServer, count: number): Promise<void> {
  const database = await openDatabase(databaseUrl)
  // One hash for all of them: to make each its own would take a minute.
  const passwordHash = String(await createPasswords({ cost: COST }).hash(PASSWORD))
  const names = Array.from({ length: count }, (_, index) => nameUser(index))
  const data = names.map((name) => userRow({ username: name, usernameKey: name, passwordHash }))
  await changeTogether(database, (tables) => tables.user.createMany({ data }))
  await database.close()
}

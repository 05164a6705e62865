import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from './bench.ts'
import { createPostgresqlDatabase, sqliteUrl } from './databases.ts'
import { fillOurDatabase } from './fill.ts'
import { type Stack, startServer } from './server.ts'
import { PASSWORD, USERS } from './visitors.ts'

const PEERS = join(import.meta.dirname, 'peers')
const PACKAGE = join(import.meta.dirname, '../package.json')
const PYTHONS = ['python3', '/usr/bin/python3']

export const OURS = 'this app, SQLite'
export const OURS_POSTGRESQL = 'this app, PostgreSQL'
export const BARE = 'bare Express'
export const TUTORIAL = 'tutorial Express, SQLite'
export const TUTORIAL_POSTGRESQL = 'tutorial Express, PostgreSQL'
export const FLASK = 'Flask-Login'

/** What can run on this machine, each with its users; and a line for what cannot. */
export async function prepareStacks(bench: Bench): Promise<{ stacks: Stack[]; leftOut: string[] }> {
  const first = await createPostgresqlDatabase(bench)
  const second = await createPostgresqlDatabase(bench)
  const python = PYTHONS.find(hasFlaskLogin)

  const ours = [ourStack(OURS, sqliteUrl(bench, 'ours'))]
  const peers = [
    nodePeer(BARE, 'bare.mjs'),
    nodePeer(TUTORIAL, 'tutorial.mjs', sqliteUrl(bench, 'tutorial')),
  ]
  const leftOut: string[] = []
  if (first && second) {
    ours.push(ourStack(OURS_POSTGRESQL, first))
    peers.push(nodePeer(TUTORIAL_POSTGRESQL, 'tutorial.mjs', second))
  } else leftOut.push('PostgreSQL: no server answers at TEST_DATABASE_URL, or 127.0.0.1:5432')
  if (python) peers.push(flaskPeer(python, bench))
  else leftOut.push(`${FLASK}: no Python here has flask, flask_login and gunicorn`)

  const counts = { users: USERS, eventsOfEach: 5 }
  for (const stack of ours) await fillOurDatabase(bench, stack, counts)
  // A peer makes its tables and users when it is first started.
  for (const stack of peers) await (await startServer(bench, stack)).stop()
  return { stacks: [...ours, ...peers], leftOut }
}

/** What `npm start` starts, in production, on that database. */
export function ourStack(name: string, databaseUrl: string): Stack {
  const { scripts } = JSON.parse(readFileSync(PACKAGE, 'utf8'))
  return {
    name,
    databaseUrl,
    launch: (port) => ({
      command: ['sh', '-c', scripts.start],
      env: {
        NODE_ENV: 'production',
        APP_URL: `http://127.0.0.1:${port}`,
        SESSION_SECRET: 'only for this benchmark '.repeat(2),
        // Visitors are behind a proxy, so that they can come from everywhere.
        TRUST_PROXY: '1',
      },
    }),
  }
}

export function nodePeer(name: string, file: string, databaseUrl = ''): Stack {
  const env = { NODE_ENV: 'production', BENCH_PASSWORD: PASSWORD }
  const command = [process.execPath, join(PEERS, file)]
  return { name, databaseUrl, launch: () => ({ command, env }) }
}

function flaskPeer(python: string, bench: Bench): Stack {
  // Its compiled files stay, but not beside the sources.
  const env = { BENCH_PASSWORD: PASSWORD, PYTHONPYCACHEPREFIX: join(bench.folder, 'pycache') }
  const gunicorn = [python, '-m', 'gunicorn', '--chdir', PEERS, 'flask_login_app:app']
  return {
    name: FLASK,
    databaseUrl: sqliteUrl(bench, 'flask'),
    launch: (port) => ({ command: [...gunicorn, '--bind', `127.0.0.1:${port}`], env }),
  }
}

function hasFlaskLogin(python: string): boolean {
  return spawnSync(python, ['-c', 'import flask, flask_login, gunicorn']).status === 0
}

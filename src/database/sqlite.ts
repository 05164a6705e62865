import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3'
import type { SqlDriverAdapter, SqlDriverAdapterFactory } from '@prisma/driver-adapter-utils'
import type { SqliteAddress } from './database-url.ts'
import {
  aroundStatements,
  type Begin,
  bare,
  guardAdapter,
  type Listeners,
} from './guarded-adapter.ts'
import type { Driver } from './read.ts'
import { type Retry, retryWhileLocked } from './retry-while-locked.ts'
import { explainOpening, makeSqliteFile, watchSqliteFile } from './sqlite-file.ts'
import { openSqliteReads, type SqliteReads } from './sqlite-reads.ts'

// A power cut may take back the last of what was written under NORMAL, and never damages the file.
// That will do for counters and last-seen times, which would otherwise wait for the disk once a request.
//
// The first read makes the -wal file that is watched, where the file comes from a backup.
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA foreign_keys = ON;
  SELECT 1 FROM sqlite_master;
`

/** The guarded driver of one SQLite file: a connection for reads, and one that a transaction has to itself. */
export function createSqliteDriver(
  { file }: SqliteAddress,
  answerWithin: number | undefined,
  listeners: Listeners,
): Driver {
  const retry: Retry = (work) => retryWhileLocked(work, answerWithin)
  const gate = createGate()
  let reads: SqliteReads
  const factory: SqlDriverAdapterFactory = {
    provider: 'sqlite',
    adapterName: '@prisma/adapter-better-sqlite3',
    async connect() {
      const connection = await connect(file, retry)
      reads = openSqliteReads(file, listeners.onStatement, retry)
      return closeTogether(connection, reads)
    },
  }
  const adapter = guardAdapter(factory, {
    ...listeners,
    begin: beginBehind(gate, retry),
    runPlain: (work) => retry(() => gate.pass(work)),
  })
  return { adapter, read: (sql, values) => reads.read(sql, values) }
}

// The connection that can write goes last: SQLite then leaves one file behind, and not three.
function closeTogether(connection: SqlDriverAdapter, reads: SqliteReads): SqlDriverAdapter {
  const { dispose } = connection
  return Object.assign(connection, {
    dispose() {
      reads.close()
      return dispose.call(connection)
    },
  })
}

async function connect(file: string, retry: Retry): Promise<SqlDriverAdapter> {
  makeSqliteFile(file)
  const driver = new PrismaBetterSqlite3({ url: `file:${file}`, timeout: 0 })
  const connection = await explainOpening(file, () => driver.connect())
  await retry(() => connection.executeScript(SETTINGS))
  const assertSameFile = watchSqliteFile(file)
  const watched = aroundStatements(connection, async ({ sql }, work) => {
    if (sql !== 'ROLLBACK') assertSameFile()
    return work()
  })
  return Object.assign(connection, watched)
}

// FULL while the connection is held: what is changed together is a password, a session, a revocation,
// and must not come undone once it was acknowledged.
//
// IMMEDIATE: a transaction that turns from reading to writing halfway fails at once, without any wait,
// when another process wrote in between.
function beginBehind(gate: Gate, retry: Retry): Begin {
  return (connection) => {
    const run = (sql: string) => connection.executeRaw(bare(sql))
    const begin = async () => {
      const open = await gate.hold()
      const release = () => run('PRAGMA synchronous = NORMAL').then(open, open)
      try {
        await run('PRAGMA synchronous = FULL')
        await run('BEGIN IMMEDIATE')
      } catch (error) {
        await release()
        throw error
      }
      return release
    }
    // Between two attempts others may read.
    return retry(begin).then((release) => ({
      queryable: aroundStatements(connection, (_query, work) => retry(work)),
      release,
    }))
  }
}

type Gate = ReturnType<typeof createGate>

/** `pass` runs its work while the gate is not held; `hold` resolves to what gives it back. */
function createGate() {
  let held: Promise<void> | undefined

  async function pass<T>(work: () => Promise<T>): Promise<T> {
    // The work starts in the same turn in which the gate is seen open.
    while (held) await held
    return work()
  }

  async function hold(): Promise<() => void> {
    while (held) await held
    let open = () => {}
    held = new Promise((resolve) => {
      open = () => {
        held = undefined
        resolve()
      }
    })
    return () => open()
  }

  return { pass, hold }
}

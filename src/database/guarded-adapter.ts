import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQuery,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils'
import { claimTransaction, refuseInsideTransaction } from './change-together.ts'
import { isAnswerLost } from './outage.ts'

/** The connection of one transaction, until it is released or, where it broke, discarded. */
type HeldConnection = {
  queryable: SqlQueryable
  release: () => Promise<void>
  discard?: () => void
}

export type Begin = (connection: SqlDriverAdapter) => Promise<HeldConnection>

export type Listeners = {
  onStatement: (sql: string) => void
  /** Hears of every change that was made, or may have been: its answer was lost. */
  onChange: () => void
}

type Guard = Listeners & {
  begin: Begin
  /** Runs one statement outside any transaction. */
  runPlain: <T>(work: () => Promise<T>) => Promise<T>
}

/** Transactions begin in changeTogether only, and share no connection. */
export function guardAdapter(
  factory: SqlDriverAdapterFactory,
  guard: Guard,
): SqlDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => guardConnection(await factory.connect(), guard),
  }
}

function guardConnection(connection: SqlDriverAdapter, guard: Guard): SqlDriverAdapter {
  const { begin, onStatement, runPlain } = guard
  const change = createChange(guard.onChange)
  const plain = aroundStatements(connection, async ({ sql }, work) => {
    refuseInsideTransaction()
    onStatement(sql)
    return READS.test(sql) ? runPlain(work) : change(runPlain(work))
  })
  const startTransaction = async (): Promise<Transaction> => {
    claimTransaction()
    onStatement('BEGIN')
    return wrapTransaction(await begin(connection), onStatement, change)
  }
  return {
    ...plain,
    executeScript: (script) => connection.executeScript(script),
    getConnectionInfo: () => connection.getConnectionInfo?.() ?? { supportsRelationJoins: false },
    dispose: () => connection.dispose(),
    startTransaction,
  }
}

const READS = /^\s*(SELECT|PRAGMA)\b/i

type Change = <T>(work: Promise<T>) => Promise<T>

function createChange(onChange: () => void): Change {
  return async (work) => {
    let isMade = true
    try {
      return await work
    } catch (error) {
      isMade = isAnswerLost(error)
      throw error
    } finally {
      if (isMade) onChange()
    }
  }
}

// The phantom option leaves COMMIT and ROLLBACK to us. Prisma's own adapter frees the connection after a
// COMMIT that failed with the transaction still open, and whatever is written next is lost with it.
function wrapTransaction(
  held: HeldConnection,
  onStatement: (sql: string) => void,
  change: Change,
): Transaction {
  const failures: unknown[] = []
  const statements = aroundStatements(held.queryable, async ({ sql }, work) => {
    onStatement(sql)
    return work().catch((failure: unknown) => {
      failures.push(failure)
      throw failure
    })
  })
  const rollback = async () => {
    // A broken connection would keep this request waiting once more, and the next that gets it.
    if (held.discard && failures.some(isAnswerLost)) return held.discard()
    await statements.executeRaw(bare('ROLLBACK')).finally(held.release)
  }
  const commit = async () => {
    // PostgreSQL answers COMMIT after a failed statement with a quiet ROLLBACK, and SQLite keeps what came
    // before it. Refusing makes both say no.
    if (failures.length > 0) throw failures[0]
    await change(statements.executeRaw(bare('COMMIT')))
  }
  const undo = async (failure: unknown): Promise<never> => {
    await rollback().catch(() => {})
    throw failure
  }
  return {
    ...statements,
    options: { usePhantomQuery: true },
    commit: () => commit().then(held.release, undo),
    rollback,
  }
}

/** Runs every statement through a function of its own. */
export function aroundStatements(
  queryable: SqlQueryable,
  around: <T>(query: SqlQuery, work: () => Promise<T>) => Promise<T>,
): SqlQueryable {
  const { queryRaw, executeRaw } = queryable
  return {
    provider: queryable.provider,
    adapterName: queryable.adapterName,
    queryRaw: (query) => around(query, () => queryRaw.call(queryable, query)),
    executeRaw: (query) => around(query, () => executeRaw.call(queryable, query)),
  }
}

/** A statement without parameters, in the form that Prisma's drivers take. */
export function bare(sql: string): SqlQuery {
  return { sql, args: [], argTypes: [] }
}

import type {
  SqlDriverAdapter,
  SqlDriverAdapterFactory,
  SqlQueryable,
  Transaction,
} from '@prisma/driver-adapter-utils'
import { bare } from './bare-query.ts'
import { type Gate, openGate } from './gate.ts'
import { claimTransaction, refuseInsideTransaction } from './transaction-scope.ts'

/** How a transaction begins on one engine: where its statements go, and what ends its hold on it. */
export type Begin = (connection: SqlDriverAdapter) => Promise<HeldConnection>

export type HeldConnection = { queryable: SqlQueryable; release: () => Promise<void> }

export type Guard = { begin: Begin; gate?: Gate; onStatement: (sql: string) => void }

/** Wraps a driver adapter so that transactions begin in changeTogether only and share no connection. */
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
  const { begin, gate = openGate, onStatement } = guard
  const startTransaction = async (): Promise<Transaction> => {
    claimTransaction()
    onStatement('BEGIN')
    const held = await begin(connection)
    return wrapTransaction({ ...held, queryable: reportStatements(held.queryable, onStatement) })
  }
  return {
    ...holdStatementsBack(reportStatements(connection, onStatement), gate),
    executeScript: (script) => connection.executeScript(script),
    getConnectionInfo: () => connection.getConnectionInfo?.() ?? { supportsRelationJoins: false },
    dispose: () => connection.dispose(),
    startTransaction,
  }
}

// The phantom option leaves COMMIT and ROLLBACK to us. Prisma's own adapter frees the connection after a
// COMMIT that failed with the transaction still open, and whatever is written next is lost with it.
function wrapTransaction(held: HeldConnection): Transaction {
  const { noting, failures } = noteFailures(held.queryable)
  const rollBack = () => held.queryable.executeRaw(bare('ROLLBACK'))
  const commit = async () => {
    if (failures.length > 0) throw failures[0]
    await held.queryable.executeRaw(bare('COMMIT'))
  }
  const undo = async (failure: unknown): Promise<never> => {
    await rollBack().catch(() => {})
    throw failure
  }
  return {
    ...noting,
    options: { usePhantomQuery: true },
    commit: () => commit().catch(undo).finally(held.release),
    rollback: () =>
      rollBack()
        .then(() => {})
        .finally(held.release),
  }
}

// PostgreSQL answers COMMIT after a failed statement with a quiet ROLLBACK, and SQLite keeps what came
// before it. Refusing to commit makes both say no.
function noteFailures(queryable: SqlQueryable) {
  const failures: unknown[] = []
  const note = (failure: unknown): never => {
    failures.push(failure)
    throw failure
  }
  const noting: SqlQueryable = {
    ...queryable,
    queryRaw: (query) => queryable.queryRaw(query).catch(note),
    executeRaw: (query) => queryable.executeRaw(query).catch(note),
  }
  return { noting, failures }
}

function reportStatements(queryable: SqlQueryable, report: (sql: string) => void): SqlQueryable {
  return {
    provider: queryable.provider,
    adapterName: queryable.adapterName,
    queryRaw: async (query) => {
      report(query.sql)
      return queryable.queryRaw(query)
    },
    executeRaw: async (query) => {
      report(query.sql)
      return queryable.executeRaw(query)
    },
  }
}

function holdStatementsBack(queryable: SqlQueryable, gate: Gate): SqlQueryable {
  return {
    ...queryable,
    queryRaw: async (query) => {
      refuseInsideTransaction()
      return gate.pass(() => queryable.queryRaw(query))
    },
    executeRaw: async (query) => {
      refuseInsideTransaction()
      return gate.pass(() => queryable.executeRaw(query))
    },
  }
}

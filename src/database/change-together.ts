import { AsyncLocalStorage } from 'node:async_hooks'
import type { Database, Tables } from './database.ts'
import type { PrismaClient } from './generated/sqlite/client.ts'

type Scope = { state: 'entered' | 'begun' | 'over' }

const scopes = new AsyncLocalStorage<Scope>()
let open = 0

/** One transaction: all of the changes, or none if a statement fails, the callback throws or the time is over (10 s, or `timeout` ms). */
export async function changeTogether<T>(
  database: Database,
  change: (tables: Tables) => Promise<T>,
  options: { timeout?: number } = {},
): Promise<T> {
  if (isInside(scopes.getStore())) throw new Error('changeTogether cannot be called inside itself')
  // Hidden from the type, so that the compiler refuses it elsewhere before the driver does.
  const client = database as unknown as Pick<PrismaClient, '$transaction'>
  const scope: Scope = { state: 'entered' }
  const begin = () => client.$transaction((tables) => change(tables), options)
  open++
  return scopes.run(scope, begin).finally(() => {
    scope.state = 'over'
    open--
    // On Node 20 it makes every promise of the process slower for as long as it is in use.
    if (open === 0) scopes.disable()
  })
}

/** Does work on another database than that of the transaction it is called in. */
export function outsideTransaction<T>(work: () => Promise<T>): Promise<T> {
  return scopes.exit(work)
}

function isInside(scope: Scope | undefined): scope is Scope {
  return scope !== undefined && scope.state !== 'over'
}

/** For the driver: changeTogether begins one transaction each time, and nothing else begins any. */
export function claimTransaction(): void {
  const scope = scopes.getStore()
  if (scope?.state !== 'entered') {
    throw new Error('A transaction may begin only in changeTogether (database/change-together.ts)')
  }
  scope.state = 'begun'
}

/** For the driver: such a statement would wait for the very transaction that waits for it. */
export function refuseInsideTransaction(): void {
  if (isInside(scopes.getStore())) {
    throw new Error('Inside changeTogether, use the tables it hands over, not the database')
  }
}

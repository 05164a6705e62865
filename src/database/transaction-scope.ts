import { AsyncLocalStorage } from 'node:async_hooks'

type Scope = { state: 'entered' | 'begun' | 'over' }

const scopes = new AsyncLocalStorage<Scope>()

/** Runs the work as the one place where a transaction may begin; throws inside another such place. */
export async function enterTransaction<T>(work: () => Promise<T>): Promise<T> {
  if (isInside(scopes.getStore())) throw new Error('changeTogether cannot be called inside itself')
  const scope: Scope = { state: 'entered' }
  return scopes.run(scope, work).finally(() => {
    scope.state = 'over'
  })
}

function isInside(scope: Scope | undefined): scope is Scope {
  return scope !== undefined && scope.state !== 'over'
}

/** Throws unless called on the way into changeTogether, and only the first time there. */
export function claimTransaction(): void {
  const scope = scopes.getStore()
  if (scope?.state !== 'entered') {
    throw new Error('A transaction may begin only in changeTogether (database/change-together.ts)')
  }
  scope.state = 'begun'
}

/** Throws where a statement would wait for the very transaction that waits for it. */
export function refuseInsideTransaction(): void {
  if (isInside(scopes.getStore())) {
    throw new Error('Inside changeTogether, use the tables it hands over, not the database')
  }
}

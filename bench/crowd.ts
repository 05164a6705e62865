import { setMaxListeners } from 'node:events'
import { setTimeout } from 'node:timers/promises'
import { logIn, openVisitor } from './visitors.ts'

const CROWD = 32
const LEAD_IN = 2_000

type Attempt = { at: number; isLogin: boolean }

/** Does the work while 32 clients log in again and again. */
export async function amongCrowd<T>(
  port: number,
  work: () => Promise<T>,
): Promise<{ result: T; loginTimes: number[]; refused: number }> {
  const over = new AbortController()
  setMaxListeners(CROWD, over.signal)
  const attempts: Attempt[] = []
  const crowd = Array.from({ length: CROWD }, (_, index) =>
    keepLoggingIn({ port, number: index + 1, attempts, over: over.signal }),
  )
  const [outcome] = await Promise.all([workInside(), ...crowd])
  return outcome

  async function workInside() {
    await setTimeout(LEAD_IN)
    const start = performance.now()
    const result = await work().finally(() => over.abort())
    const meanwhile = attempts.filter(({ at }) => at >= start)
    const logins = meanwhile.filter(({ isLogin }) => isLogin)
    return {
      result,
      loginTimes: logins.map(({ at }) => at),
      refused: meanwhile.length - logins.length,
    }
  }
}

type Login = { port: number; number: number; attempts: Attempt[]; over: AbortSignal }

// A client that is told to come back waits as long, and then as it pleases.
async function keepLoggingIn({ port, number, attempts, over }: Login): Promise<void> {
  const client = openVisitor(port, number)
  while (!over.aborted) {
    const { status, headers } = await logIn(client, number)
    const isLogin = headers.location === '/dashboard'
    if (!isLogin && status !== 503) throw new Error(`Logging in was answered with ${status}`)
    attempts.push({ at: performance.now(), isLogin })
    const wait = Number(headers['retry-after'] ?? 0) * 1000 * (1 + Math.random())
    await setTimeout(wait, null, { signal: over }).catch(() => {})
  }
}

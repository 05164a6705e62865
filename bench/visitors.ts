import { type Answer, type Client, createClient } from './client.ts'

export const PASSWORD = 'seven lanterns over the quiet harbour'

/** How many users every stack has. */
export const USERS = 64

// The first is bench-1000001: with as many digits each, a million rows go into an index in its order.
export const BEFORE_FIRST = 1_000_000

/** A browser in a network of its own, so that no limit on a network is met. */
export function openVisitor(port: number, number: number): Client {
  return createClient(port, `2001:db8:0:${(number % 0xffff).toString(16)}::1`)
}

/** Opens /login as a browser without a session and sends the form. */
export async function logIn(client: Client, number: number): Promise<Answer> {
  client.forget('session')
  const _csrf = await client.readToken('/login')
  const username = `bench-${BEFORE_FIRST + number}`
  return client.post('/login', { _csrf, username, password: PASSWORD })
}

/** A GET of /dashboard for each of `count` users who are logged in for it, spread over all `users`. */
export async function writeDashboardGets(
  port: number,
  count: number,
  users = USERS,
): Promise<string[]> {
  const gets: string[] = []
  // One after the other: a full queue for hashing would refuse some.
  for (let nth = 1; nth <= count; nth++) {
    gets.push(await writeDashboardGet(port, Math.floor((nth * users) / count)))
  }
  return gets
}

async function writeDashboardGet(port: number, number: number): Promise<string> {
  const client = openVisitor(port, number)
  const { status, headers } = await logIn(client, number)
  if (headers.location !== '/dashboard') throw new Error(`Logging in was answered with ${status}`)
  // Shows the welcome message, whose cookie goes with it.
  await client.get('/dashboard')
  return client.writeGet('/dashboard')
}

export function writeLoginGets(port: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => openVisitor(port, index).writeGet('/login'))
}

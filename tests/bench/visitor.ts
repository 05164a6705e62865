import { type Answer, createClient } from './client.ts'
import { nameAddress, PORT } from './server.ts'

export type Visitor = {
  get: (path: string) => Promise<Answer>
  /** Sends the form of /login, which is open already, as somebody who is not logged in. */
  logIn: (password: string) => Promise<Answer>
}

let visitors = 0

/** Takes a user name; returns somebody at an address of their own who has opened /login to log in with it. */
export async function openVisitor(username: string): Promise<Visitor> {
  const client = createClient(PORT, nameAddress(visitors++))
  const _csrf = await client.readToken('/login')
  return {
    get: client.get,
    logIn(password) {
      client.forget('session')
      return client.post('/login', { _csrf, username, password })
    },
  }
}

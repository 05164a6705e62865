import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Express, type RequestHandler } from 'express'
import type { LogInOptions } from './login.ts'
import type { LoginManager } from './login-manager.ts'
import { changeLogin } from './login-state.ts'

/** A client with cookies, such as an agent of supertest. */
export type TestClient = {
  jar: { setCookies: (lines: string[], domain: string, path: string) => unknown }
}

export type TestLogin<User> = LogInOptions & {
  auth: LoginManager<User>
  /** What the application mounts before the login manager, such as express-session. */
  sessions: RequestHandler
}

/** Logs the client in without a form, for tests: Flask-Login's test client. Returns the Set-Cookie lines for clients without a jar. */
export async function loginAs<User>(
  client: TestClient | null,
  user: User,
  { auth, sessions, ...asked }: TestLogin<User>,
): Promise<string[]> {
  const app = express()
  app.use(sessions, auth.middleware, async (req, res) => {
    const isActive = await auth.logIn(req, res, user, asked)
    // The client may give itself another name than the request below.
    if (isActive) changeLogin(req, { fingerprint: null })
    res.status(isActive ? 200 : 403).end()
  })
  const { statusCode, headers } = await visit(app)
  if (statusCode !== 200)
    throw new Error(`The user was not logged in, the answer was ${statusCode}`)
  const lines = headers['set-cookie'] ?? []
  client?.jar.setCookies(lines, '127.0.0.1', '/')
  return lines
}

async function visit(app: Express): Promise<IncomingMessage> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const [answer] = await once(get({ port, host: '127.0.0.1', agent: false }), 'response')
  answer.resume()
  server.close()
  return answer
}

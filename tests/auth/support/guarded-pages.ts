import { type Express, type RequestHandler, Router } from 'express'
import type { LoginManager } from '../../../src/auth/login-manager.ts'
import type { Person } from './people.ts'

const say =
  (text: string): RequestHandler =>
  (_req, res) =>
    void res.send(text)

/** Adds one page that answers every method, behind both guards. */
export function requireEither(app: Express, manager: LoginManager<Person>): void {
  app.all('/guarded-twice', manager.requireLogin, manager.requireFreshLogin, say('guarded twice'))
}

/** Adds `/protected` to the application and to two routers with login views of their own. */
export function addRoutersWithLoginViews(app: Express, manager: LoginManager<Person>): void {
  app.get('/protected', manager.requireLogin, say('protected'))
  for (const name of ['first', 'second']) {
    const { requireLogin } = manager.guardsWith({ loginView: `/${name}_login` })
    app.use(`/${name}`, Router().get('/protected', requireLogin, say(`${name} protected`)))
  }
}

import type { Express } from 'express'

type Layer = {
  handle?: { stack?: Layer[] }
  route?: { path: string; methods: Record<string, boolean> }
}

/** One address of the application, and whether it takes a form. */
export type KnownPage = { path: string; takesForm: boolean }

/** Takes an application; returns every page that it has, so that no test forgets a new one. */
export function listPages(app: Express): KnownPage[] {
  const layers = (app.router as unknown as { stack: Layer[] }).stack
  const routes = layers
    .flatMap(({ handle }) => handle?.stack ?? [])
    .flatMap(({ route }) => route ?? [])
  return routes.map(({ path, methods }) => ({
    path: path.replace(':id', '0e4f6e2e-6a86-4b3f-9a47-0d6d2f4c9f10'),
    takesForm: methods.post === true,
  }))
}

import { isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// Two levels up from src/settings and from dist/settings alike.
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

/** A relative path counts from the project's folder, wherever a command is started. */
export function resolveInProject(path: string): string {
  return resolve(PROJECT, path)
}

/** Short for paths inside the project, whole for others. */
export function formatPath(path: string): string {
  const short = relative(PROJECT, path)
  return short.startsWith('..') || isAbsolute(short) ? path : `./${short}`
}

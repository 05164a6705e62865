import { existsSync } from 'node:fs'
import { isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

// One level up from src/ and from dist/ alike, where the build puts what several programs share.
const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** A relative path counts from the project's folder, wherever a command is started. */
export function resolveInProject(path: string): string {
  return resolve(PROJECT, path)
}

/** Short for paths inside the project, whole for others. */
export function formatPath(path: string): string {
  const short = relative(PROJECT, path)
  return short.startsWith('..') || isAbsolute(short) ? path : `./${short}`
}

/** The folder of the catalogue: beside this file in src/, and in dist/, where the build copies it. */
export const WORDS = fileURLToPath(new URL('words', import.meta.url))

// In dist/ only, with style and script made small.
const BUILT_PUBLIC = fileURLToPath(new URL('public', import.meta.url))

/** What the build has made of public/, or the folder itself: during development, a change shows at the next reload. */
export function findPublicFolder({ keepsViews }: { keepsViews: boolean }): string {
  return keepsViews && existsSync(BUILT_PUBLIC) ? BUILT_PUBLIC : resolveInProject('public')
}

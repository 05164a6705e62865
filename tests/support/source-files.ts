import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

/** One file of src: its path there, the room it is in, and what it imports, files of ours by their path, packages by name. */
export type SourceFile = {
  path: string
  room: string
  text: string
  imports: string[]
  /** The imports that are still there when types are gone. */
  imported: string[]
}

/** Returns every file of src, but for the clients that Prisma generates. */
export function readSourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.startsWith('database/generated/'))
    .map(readSourceFile)
}

function readSourceFile(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8')
  const found = [...text.matchAll(IMPORT)].map((match) => ({
    name: nameImport(path, match[2] ?? match[3] ?? ''),
    isType: match[1] !== undefined,
  }))
  return {
    path,
    room: roomOf(path),
    text,
    imports: found.map(({ name }) => name),
    imported: found.filter(({ isType }) => !isType).map(({ name }) => name),
  }
}

// Statements that end in `from '…'`, bare imports, and awaited ones.
const IMPORT = /^(?:import|export) (type )?[^'";]*?\bfrom '([^']+)'|\bimport(?:\(| )'([^']+)'/gm

function nameImport(from: string, name: string): string {
  return name.startsWith('.') ? relative(SRC, join(SRC, dirname(from), name)) : name
}

/** Takes a path in src; returns its room, '' for the files that stand in none. */
export function roomOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
}

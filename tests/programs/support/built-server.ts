import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const LINKED = ['node_modules', 'package.json', 'prisma', 'public', 'views']

declare module 'vitest' {
  export interface ProvidedContext {
    /** A copy of the built program for commands that leave nothing behind. */
    program: string
  }
}

/** Compiles what `npm start` starts, before the first test: files that did so themselves would read each other's half-written ones. */
export async function setup(project: TestProject): Promise<(() => void) | undefined> {
  const { testFiles } = await project.globTestFiles()
  if (!testFiles.some((file) => file.includes('/tests/programs/'))) return
  const build = join(ROOT, 'scripts/build.mjs')
  const compiler = spawn(process.execPath, [build, '--if-stale'], { stdio: 'inherit' })
  const [code] = await once(compiler, 'close')
  if (code !== 0) throw new Error('The server does not compile')
  const program = copyProgram()
  project.provide('program', program)
  return () => rmSync(program, { recursive: true })
}

/** A project of its own with the built program. Copied, because the program keeps its database beside itself. */
export function copyProgram(): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-login-'))
  cpSync(join(ROOT, 'dist'), join(folder, 'dist'), { recursive: true })
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(folder, name))
  return folder
}

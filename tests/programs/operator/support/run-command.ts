import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'

export type CommandRun = { exitCode: number | null; stdout: string; stderr: string }

/** Runs a file of dist/operator as a process of its own, and types `input` into it. */
export function runCommand(
  file: string,
  words: string[],
  env: Record<string, string>,
  input = '',
): Promise<CommandRun> {
  // A copy without a .env: what is set on this machine is no part of the test.
  const path = join(inject('program'), 'dist/operator', file)
  return run(process.execPath, [path, ...words], { cwd: tmpdir(), env, input })
}

/** Runs what follows `npm run --silent` in the project's own folder. */
export function runScript(words: string[], env: Record<string, string>): Promise<CommandRun> {
  const cwd = fileURLToPath(new URL('../../../..', import.meta.url))
  return run('npm', ['run', '--silent', ...words], { cwd, env, input: '' })
}

type Place = { cwd: string; env: Record<string, string>; input: string }

async function run(program: string, words: string[], { cwd, env, input }: Place) {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(program, words, { cwd, env: { PATH, HOME, ...env } })
  child.stdin.end(input)
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)])
  return { exitCode: await ended, stdout, stderr }
}

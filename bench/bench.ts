import { rmSync } from 'node:fs'
import { copyProgram } from '../tests/programs/support/built-server.ts'
import type { Stack } from './server.ts'

export type BenchOptions = { rounds: number; roundMilliseconds: number; soakMinutes: number }

/** One run: how long it measures, where its files are and what must be undone at its end. */
export type Bench = BenchOptions & {
  /** The built program, in a copy without the .env of this project; logs and databases too. */
  folder: string
  /** In reverse order, also after an error or Ctrl-C. */
  atEnd: (undo: () => unknown) => void
  end: () => Promise<void>
}

/** Measures something and returns the tables of its section. */
export type Part = (bench: Bench, stacks: Stack[]) => Promise<string[]>

export function createBench(options: BenchOptions): Bench {
  const folder = copyProgram()
  const undos: (() => unknown)[] = [() => rmSync(folder, { recursive: true })]
  let ending: Promise<void> | undefined
  const undoAll = async () => {
    for (const undo of undos.reverse()) await Promise.resolve().then(undo).catch(reportError)
  }
  return {
    ...options,
    folder,
    atEnd: (undo) => undos.push(undo),
    end: () => {
      ending ??= undoAll()
      return ending
    },
  }
}

function reportError(error: unknown): void {
  process.stderr.write(`${error}\n`)
}

import { readCommand } from '../../../src/operator/command-line.ts'
import { IMPORT, type ImportWords, runImport } from '../../../src/operator/import-command.ts'
import type { TestApp } from '../../support/app.ts'
import { openOperator } from './operator.ts'
import { writeRows } from './user-files.ts'

/** Imports rows, with the words typed after the file. */
export function importerOf(site: TestApp) {
  const operator = openOperator(site)
  return async (words: string[], ...rows: object[]) => {
    return runImport(operator, readImportWords([writeRows(...rows), ...words]))
  }
}

/** What is typed after `npm run import-users --`. */
export function readImportWords(words: string[]): ImportWords {
  const read = readCommand(IMPORT.usage, words)
  if (!read) throw new Error('There is no such word')
  return read.typed as ImportWords
}

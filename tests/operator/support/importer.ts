import { readImportArguments } from '../../../src/operator/import-arguments.ts'
import { runImport } from '../../../src/operator/import-command.ts'
import type { TestApp } from '../../support/app.ts'
import { openOperator } from './operator.ts'
import { writeRows } from './user-files.ts'

/** Imports rows, with the words typed after the file. */
export function importerOf(site: TestApp) {
  const operator = openOperator(site)
  return async (words: string[], ...rows: object[]) => {
    const wanted = readImportArguments([writeRows(...rows), ...words])
    if (!wanted) throw new Error('There is no such word')
    return runImport(operator, wanted)
  }
}

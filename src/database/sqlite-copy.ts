import { existsSync, renameSync, rmSync } from 'node:fs'
import BetterSqlite3 from 'better-sqlite3'
import { isLocked } from './outage.ts'
import { explainOpening, makeSqliteFile } from './sqlite-file.ts'

const WHOLE = 2 ** 31 - 1

/** Copies a database, while others write to it too, into one new file; throws if it is damaged. */
export async function copySqlite(from: string, to: string): Promise<void> {
  const source = await explainOpening(from, () => new BetterSqlite3(from, { fileMustExist: true }))
  try {
    makeSqliteFile(to)
    // In one step: whenever another process writes between two steps, SQLite begins anew.
    await explainOpening(from, () => source.backup(to, { progress: () => WHOLE }))
    // Leaves no -wal file: the copy is closed to others.
    await explainOpening(from, () => isInUse(to))
    await explainOpening(from, () => assertSound(to))
  } catch (error) {
    rmSync(to, { force: true })
    throw error
  } finally {
    source.close()
  }
}

/** Throws if SQLite finds damage in a file, or a row that refers to none. */
export function assertSound(file: string): void {
  const database = new BetterSqlite3(file, { fileMustExist: true })
  try {
    const found = database.pragma('integrity_check(1)', { simple: true })
    if (found !== 'ok') throw new Error(`it is damaged: ${found}`)
    const [broken] = database.pragma('foreign_key_check') as { table: string; parent: string }[]
    if (broken) throw new Error(`a row of ${broken.table} refers to no row of ${broken.parent}`)
  } finally {
    database.close()
  }
}

/** Whether another process has it open. If not, the file is whole without its -wal file. */
export function isInUse(file: string): boolean {
  const database = new BetterSqlite3(file, { timeout: 0 })
  try {
    // Which only the last connection may do.
    database.pragma('journal_mode = DELETE')
    return false
  } catch (error) {
    return isLocked(error)
  } finally {
    database.close()
  }
}

/** Puts a file in the place of another, which is kept under the name `aside`. */
export function replaceSqlite(file: string, by: string, aside: string): void {
  for (const end of ['-wal', '-shm', '']) {
    if (existsSync(file + end)) renameSync(file + end, aside + end)
  }
  renameSync(by, file)
}

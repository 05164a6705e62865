import { chownSync, closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DriverAdapterError } from '@prisma/driver-adapter-utils'

const OWNER_ONLY_FOLDER = 0o700
const OWNER_ONLY_FILE = 0o600

/** Makes a missing file and its folder, mode 0600 and 0700. What root makes in a user's folder belongs to that user. */
export function makeSqliteFile(file: string): void {
  // Opening and closing a file that this process has open already would take back its locks.
  if (existsSync(file)) return
  mkdirSync(dirname(file), { recursive: true, mode: OWNER_ONLY_FOLDER })
  // SQLite gives its -wal and -shm files the mode of the database file.
  closeSync(openSync(file, 'a', OWNER_ONLY_FILE))
  const { uid, gid } = statSync(dirname(file))
  if (process.getuid?.() === 0) chownSync(file, uid, gid)
}

/** Watches a file that has just been opened, looking at most once in `pause` ms. SQLite itself goes on writing into a file that was deleted. */
export function watchSqliteFile(file: string, pause = 0): () => void {
  const opened = identify(file)
  let [isSame, nextLook] = [true, 0]
  return () => {
    const now = performance.now()
    if (now >= nextLook) [isSame, nextLook] = [identify(file) === opened, now + pause]
    if (!isSame) throw new DriverAdapterError(describeLoss(file))
  }
}

function identify(file: string): string {
  const names = [file, `${file}-wal`]
  const [main, wal] = names.map((name) => statSync(name, { throwIfNoEntry: false }))
  // A file that was emptied in its place would be filled from the pages that SQLite still knows.
  const isEmpty = main?.size === 0
  return [main?.dev, main?.ino, isEmpty, wal?.dev, wal?.ino].join()
}

function describeLoss(file: string) {
  const host = `${file}, which was deleted, emptied or replaced: put it back, or restart with what is there`
  return { kind: 'DatabaseNotReachable' as const, host }
}

/** SQLite names no file, and a missing or unfit binary of better-sqlite3 says why in a list of paths. */
export async function explainOpening<T>(file: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!(error instanceof Error)) throw error
    if (!isBinaryMissing(error)) {
      throw Object.assign(error, { message: `${error.message}: ${file}` })
    }
    const reason = error.message
      .replace(/ Tried:.*/s, '')
      .replace(/\.$/, '')
      .replaceAll('\n', ' ')
    throw new Error(`better-sqlite3 cannot be loaded: ${reason}. Run: npm rebuild better-sqlite3`)
  }
}

function isBinaryMissing(error: Error): boolean {
  const isUnfit = 'code' in error && error.code === 'ERR_DLOPEN_FAILED'
  return isUnfit || error.message.startsWith('Could not locate the bindings file')
}

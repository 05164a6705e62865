import BetterSqlite3 from 'better-sqlite3'

/** Holds the write lock of an SQLite file until the returned function is called. */
export function lockSqliteFile(url: string): () => void {
  const other = new BetterSqlite3(url.slice('file:'.length))
  other.exec('BEGIN IMMEDIATE')
  return () => {
    other.exec('ROLLBACK')
    other.close()
  }
}

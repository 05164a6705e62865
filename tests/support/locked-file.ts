import BetterSqlite3 from 'better-sqlite3'

/** Takes the URL of an SQLite file; writes in it without an end, and returns what lets it go. */
export function lockSqliteFile(url: string): () => void {
  const other = new BetterSqlite3(url.slice('file:'.length))
  other.exec('BEGIN IMMEDIATE')
  return () => {
    other.exec('ROLLBACK')
    other.close()
  }
}

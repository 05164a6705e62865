import { endLines, type Outcome, quote } from './outcome.ts'

/** How rows are shown: in columns, and as JSON. */
export type Table<Item> = {
  head: string[]
  toCells: (item: Item) => string[]
  toJson: (item: Item) => unknown
  /** What is said where there is no row. */
  none: string
}

/** Rows that are read and printed a page at a time. */
export function tabulate<Item>(read: () => AsyncIterable<Item[]>, table: Table<Item>): Outcome {
  return { readPages: (asJson) => (asJson ? writeArray(read(), table) : writeLines(read(), table)) }
}

// As JSON.stringify would format the whole array.
async function* writeArray<Item>(pages: AsyncIterable<Item[]>, { toJson }: Table<Item>) {
  const format = (item: Item) => JSON.stringify(toJson(item), null, 2).replaceAll('\n', '\n  ')
  let before = '[\n  '
  for await (const items of pages) {
    if (items.length === 0) continue
    yield before + items.map(format).join(',\n  ')
    before = ',\n  '
  }
  yield before.startsWith(',') ? '\n]\n' : '[]\n'
}

// Columns get wider from page to page, as widths of later pages are unknown.
async function* writeLines<Item>(pages: AsyncIterable<Item[]>, table: Table<Item>) {
  let rows = [table.head]
  let widths: number[] = []
  let isEmpty = true
  for await (const items of pages) {
    if (items.length === 0) continue
    rows = [...rows, ...items.map((item) => table.toCells(item).map(unquote))]
    widths = widen(widths, rows)
    yield endLines(rows.map((row) => alignCells(row, widths)))
    rows = []
    isEmpty = false
  }
  if (isEmpty) yield endLines([table.none])
}

function unquote(text: string): string {
  return quote(text).slice(1, -1)
}

function widen(widths: number[], rows: string[][]): number[] {
  return rows.reduce(
    (widest, row) => row.map((cell, at) => Math.max(cell.length, widest[at] ?? 0)),
    widths,
  )
}

function alignCells(row: string[], widths: number[]): string {
  const padded = row.map((cell, at) => cell.padEnd(widths[at] ?? 0))
  return padded.join('  ').trimEnd()
}

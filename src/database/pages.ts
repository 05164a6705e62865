import { setImmediate } from 'node:timers/promises'

/** Few enough that no other request waits long for them. */
export const PAGE = 500

/** Reads every row, a page at a time; `find` is told the last row of the page before. */
export async function* readPages<Row>(
  find: (last?: Row) => Promise<Row[]>,
): AsyncGenerator<Row[], void> {
  let rows = await takeTurn(() => find())
  while (rows.length > 0) {
    yield rows
    const last = rows.at(-1)
    rows = rows.length < PAGE ? [] : await takeTurn(() => find(last))
  }
}

let turns: Promise<unknown> = Promise.resolve()

// One page at a time in this process, and a look at other requests after each. A turn for all pages
// would let one visitor who reads slowly keep every other from theirs.
function takeTurn<T>(read: () => Promise<T>): Promise<T> {
  const page = turns.then(read)
  turns = page.catch(() => {}).then(() => setImmediate())
  return page
}
